// Light and dark.

function switchTheme(form) {
  form.addEventListener("submit", (event) => {
    const chosen = event.submitter;
    if (!chosen) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, chosen));
    fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => {});
    if (chosen.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen.value;
    for (const button of all("button", form)) button.setAttribute("aria-pressed", String(button === chosen));
  });
}

// Copying, and the time where the reader is.

function copy(button) {
  const label = button.lastChild, word = label.textContent;
  button.addEventListener("click", async () => {
    const field = $(button.dataset.copy);
    try { await navigator.clipboard.writeText(field.value); } catch {
      // Pages without TLS have no clipboard; then at least all of it is marked.
      field.select();
      if (!document.execCommand("copy")) return;
    }
    label.textContent = " Copied";
    setTimeout(() => { label.textContent = word; }, 2000);
  });
}

function tellLocalTime(time) {
  const moment = new Date(time.dateTime);
  if (time.title || Number.isNaN(moment.valueOf())) return;
  time.title = "For you: " + moment.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}
