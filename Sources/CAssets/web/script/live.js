// A campaign while it is being sent.

function follow(live) {
  const title = document.title.replace(/^\d+% /, "");
  const trouble = $("[data-live-error]", live), speaker = $("[data-live-say]", live);
  let source, spoken = 0;

  const show = (event) => {
    const news = JSON.parse(event.data);
    const percent = news.total ? Math.floor((100 * news.processed) / news.total) : 0;
    const texts = {
      ...news, percent, rate: rate(news.rate),
      eta: news.eta_seconds == null ? "" : "about " + duration(news.eta_seconds) + " left",
    };
    for (const place of all("[data-count]")) {
      const value = texts[place.dataset.count];
      if (value != null) place.textContent = typeof value === "number" ? count(value) : value;
    }
    for (const bar of all("[data-progress]")) {
      bar.max = news.total || 1;
      bar.value = news.processed;
    }
    document.title = percent + "% " + title;
    if (trouble) trouble.hidden = true;
    // More often than every ten seconds a screen reader would never be done reading.
    if (speaker && Date.now() - spoken >= 10000) {
      spoken = Date.now();
      speaker.textContent = percent + " percent done, " + count(news.sent) + " sent, " + count(news.failed) + " failed";
    }
    return news;
  };

  // The buttons belong to a state, so a new state is a new page. Should the page be drawn with
  // another word for the state than the events use, it reloads once and not for ever.
  const renew = (state) => {
    const mark = location.pathname + " " + state;
    if (sessionStorage.getItem("renewed") === mark) return;
    sessionStorage.setItem("renewed", mark);
    source.close();
    location.reload();
  };

  const take = (event) => attempt(() => {
    const { status } = show(event);
    if (status !== live.dataset.status) renew(status);
    else sessionStorage.removeItem("renewed");
  });

  const connect = () => {
    source = new EventSource(live.dataset.live);
    source.addEventListener("progress", take);
    source.addEventListener("end", (event) => {
      source.close();
      take(event);
    });
    source.onopen = () => { if (trouble) trouble.hidden = true; };
    source.onerror = () => {
      if (trouble) trouble.hidden = false;
      // The browser tries again by itself, unless the answer was a refusal; then the page knows why.
      if (source.readyState === EventSource.CLOSED) setTimeout(lookAgain, 5000);
    };
  };
  const lookAgain = () => fetch(location.href, { redirect: "manual" })
    .then(() => location.reload(), () => setTimeout(lookAgain, 5000));

  connect();
  // The answer to a button brings the new page and its notice; news of the same change must not
  // reload the old one before it has come.
  addEventListener("submit", (event) => { if (!event.defaultPrevented) source.close(); });
  // A page that is kept for the back button must not keep one of the few connections as well.
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

// Areas that are asked for again until they are gone.

function refresh(area) {
  setTimeout(async function again() {
    const current = document.getElementById(area.id);
    if (!current) return;
    const isBusy = document.hidden || $("dialog[open]") || current.contains(document.activeElement);
    if (!isBusy) {
      // No answer at all is no news; the next round asks again.
      const answer = await fetch(location.href, { redirect: "manual", headers: { Accept: "text/html" } })
        .catch(() => null);
      const text = answer?.ok ? await answer.text().catch(() => null) : "";
      if (answer && text != null) {
        const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(area.id);
        if (!fresh?.matches("[data-refresh]")) return location.reload();
        if (fresh.innerHTML !== current.innerHTML) {
          current.replaceChildren(...fresh.childNodes);
          start(current);
        }
      }
    }
    setTimeout(again, Number(area.dataset.refresh) * 1000);
  }, Number(area.dataset.refresh) * 1000);
}
