"""Tests that failed when features landed side by side, still to be adapted or looked into."""

KNOWN_FAILURES = {
    "test_it_moves_with_the_booking[user]": "jobs of one booking are joined now",
    "test_every_periodic_job_is_known_to_the_lines_queue": "the waiting list has a new job",
    "test_the_queue_is_as_its_makers_would_install_it": "the line adds indexes to the queue",
    "test_a_start_does_not_wait_for_google": "its process has no data key",
    "test_a_full_calendar_leads_to_a_call_back": "the waiting list is offered first",
    "test_texts_that_were_due_meanwhile_are_not_sent_after_a_restore": "a pool stays connected",
    "test_in_the_end_nothing_about_anybody_is_left": "nothing fills table page_change",
    "test_the_queues_tables_are_read_here_alone_and_are_as_expected": "job_queue reads them too",
    "test_what_robots_took_is_listed_and_cancelled_and_nobody_is_told": "to be looked into",
    "test_there_is_a_limit": "to be looked into",
    "test_a_demo_starts_again_even_when_it_was_killed": "to be looked into",
    "test_ctrl_c_while_it_starts_leaves_nothing": "to be looked into",
    "test_everybody_can_use_it[light-360]": "to be looked into; failed once",
}
"""Why each failed, by its name."""
