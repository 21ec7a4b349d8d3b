"""The Grafana board, the alert rules and the operations page name metrics and labels that exist."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families
from psycopg_pool import AsyncConnectionPool
from support.asking import ask

from calendar_sync.calendars.google import client
from voice.alerts import conditions
from voice.app import create_app
from voice.bootstrap import line_on
from voice.calls.turn_log import TURNS
from voice.database.pool_metrics import measure
from voice.refusals import REFUSED
from voice.settings import Settings

ROOT = Path(__file__).parent.parent
RULES = (ROOT / "deploy" / "prometheus-alerts.yaml").read_text("utf-8")
BOARD = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text("utf-8"))
DOCS = (ROOT / "docs" / "operations.md").read_text("utf-8")
METRIC = re.compile(r"screening_line_[a-z_]+")
FUNCTIONS = {
    "by", "histogram_quantile", "increase", "max", "min", "or", "rate", "sum", "le",
}  # fmt: skip
Metrics = dict[str, set[str]]
ROWS = """
INSERT INTO call (sid, outcome, ended_at) VALUES ('CA1', 'hung up', now());
INSERT INTO call (sid, began_at) VALUES ('CA2', now() - interval '2 days');
INSERT INTO call_back (call_sid, reason, language) VALUES ('CA2', 'stopped at safety.chest', 'en');
INSERT INTO booking (call_sid, step, during, state, expires_at)
  VALUES ('CA1', 'h', '[2099-12-01 18:00Z, 2099-12-01 18:20Z)', 'booked', now());
INSERT INTO text (booking, name, kind, about, number, due, state)
  SELECT id, 'x', 'booked', now(), '+14255550123', now(), 'failed' FROM booking;
INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)
  VALUES ('default', 'calendar:insert_event', '{}', 'todo');
UPDATE procrastinate_events SET at = at - interval '1 minute';
"""


@pytest_asyncio.fixture
async def metrics(database: AsyncConnectionPool, migrated: str, tmp_path: Path) -> Metrics:
    """The labels of each metric of a line that has something of everything, by sample name."""
    with psycopg.connect(migrated) as conn:
        conn.execute(ROWS.encode())
    line = line_on(Settings.load("demo").model_copy(update={"data_dir": tmp_path}), database)
    measure({"calls": database})
    REFUSED.labels("not signed by Twilio for this line")
    TURNS.labels("turn", "answered")
    client.ERRORS.labels("unknown")
    app = create_app(line)
    await ask(app, "/healthz")
    _, text = await ask(app, "/metrics")
    found: Metrics = defaultdict(set)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name.startswith("screening_line_") and not sample.name.endswith("_created"):
                found[sample.name] |= sample.labels.keys()
    return {"up": {"job"}, **found}


def expressions() -> Iterator[str]:
    """Every expression of the board and of the rules."""
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"]
    for block in re.findall(r"^ +expr: (.+(?:\n {10,}.+)*)", RULES, re.MULTILINE):
        yield " ".join(block.removeprefix(">-").split())


async def test_every_expression_uses_metrics_and_labels_that_exist(metrics: Metrics) -> None:
    """Names, labels to select, labels to group by, and brackets in pairs."""
    found = list(expressions())
    assert len(found) == RULES.count("expr:") + json.dumps(BOARD).count('"expr"')
    for each in found:
        bare = re.sub(r"\{[^}]*\}|\[\d+[mhd]\]|\(([a-z, ]+)\) ?(?=\()|\"[^\"]*\"", " ", each)
        names = {word for word in re.findall(r"[a-z_]+", bare) if word not in FUNCTIONS}
        assert names, each
        assert names <= metrics.keys(), each
        known = set().union(*(metrics[name] for name in names))
        grouped = re.findall(r"by \(([a-z, ]+)\)", each)
        used = {label.strip() for part in grouped for label in part.split(",")}
        used |= set(re.findall(r"([a-z_]+)=", "".join(re.findall(r"\{([^}]*)\}", each))))
        assert used <= known, each
        for opening, closing in ("()", "[]", "{}"):
            assert each.count(opening) == each.count(closing), each


async def test_the_operations_page_names_every_metric(metrics: Metrics) -> None:
    """Each metric has a row that says what it means, and no other is named there."""
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in metrics} - {"up"}
    table = DOCS.partition("## Metrics")[2].partition("A `worker`")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `screening_line_")]
    assert all(row.count("|") == 4 for row in rows)
    assert {name for row in rows for name in METRIC.findall(row.split("|")[1])} == families
    assert set(METRIC.findall(DOCS)) <= families


def test_the_operations_page_has_a_row_for_every_rule() -> None:
    """Each rule has what it means and what to do."""
    rules = re.findall(r"- alert: (\w+)", RULES)
    rows = re.findall(r"^\| ([A-Z]\w+) \| [^|]+ \| [^|]+ \|$", DOCS, re.MULTILINE)
    assert len(rules) >= 12
    assert sorted(rows) == sorted(rules)


def test_the_rules_have_the_limits_of_the_lines_own_alerts() -> None:
    """A limit that is changed in one place is changed in the other."""
    unread = int(conditions.CALENDAR_UNREAD.total_seconds())
    assert f"busy_times_age_seconds > {unread}\n" in RULES
    assert f"disk_free_ratio < {conditions.DISK_LEFT}\n" in RULES
    assert f"texts_failed_last_hour >= {conditions.FAILED_TEXTS}\n" in RULES
