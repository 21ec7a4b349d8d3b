// Without this file the page loses nothing but two comforts: the time on this device's clock where
// it differs from the clinic's, and a look for the video link once it is time.
const here = document.getElementById("here");
if (here) {
  const start = new Date(here.dataset.start);
  const shape = { weekday: "long", month: "long", day: "numeric", hour: "numeric", minute: "2-digit" };
  const language = document.documentElement.lang;
  const shown = (more) => new Intl.DateTimeFormat(language, { ...shape, ...more }).format(start);
  if (shown({}) !== shown({ timeZone: here.dataset.zone })) {
    here.textContent = here.dataset.words.replace("{time}", shown({ timeZoneName: "short" }));
    here.hidden = false;
  }
}

const later = document.getElementById("later");
if (later && Number(later.dataset.seconds) < 86400) {
  const look = () => {
    const typing = [...document.querySelectorAll("input")].some((each) => each.value !== each.defaultValue);
    if (typing) setTimeout(look, 60000);
    else location.reload();
  };
  setTimeout(look, Number(later.dataset.seconds) * 1000);
}
