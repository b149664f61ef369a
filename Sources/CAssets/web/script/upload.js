// Sending: each form once, and files with a bar to watch.

// A second click while the answer is awaited would send the message to everybody once more.
function sendOnce(form) {
  let sent = 0;
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (Date.now() - sent < 5000) event.preventDefault();
    else sent = Date.now();
  });
  addEventListener("pageshow", () => { sent = 0; });
}

function uploadWithProgress(form) {
  form.addEventListener("submit", (event) => {
    const files = all("input[type=file]", form).filter((input) => !input.disabled && input.files.length);
    if (event.defaultPrevented || !files.length) return;
    let request, body;
    try {
      body = new FormData(form, event.submitter);
      request = new XMLHttpRequest();
      request.open("POST", event.submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href);
      request.setRequestHeader("Accept", "text/html");
    } catch { return; }
    event.preventDefault();
    const bar = make("progress", { max: 1, value: 0, "aria-label": "Upload" });
    const line = make("p", { class: "muted num", role: "status" }, "Uploading …");
    const box = make("div", { class: "upload" }, bar, line);
    const buttons = all("button:not([type=button])", form);
    const wait = (is) => buttons.forEach((button) => { button.disabled = is; });
    const fail = (message) => {
      wait(false);
      box.replaceChildren(make("p", { class: "error", role: "alert" }, message));
    };
    $(".upload", form)?.remove();
    ($(".form-actions", form) || form).append(box);
    wait(true);
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (!lengthComputable) return;
      bar.value = loaded / total;
      line.textContent = loaded < total ? size(loaded) + " of " + size(total) + " uploaded" : "Uploaded. Reading the file …";
    };
    request.onload = () => {
      try { showAnswer(request); } catch { fail("The answer could not be shown. Load the page again to see whether it worked."); }
    };
    request.onerror = () => fail("The upload broke off. Check your connection and the size of the file, then try again.");
    request.send(body);
  });
}

// The request has followed the redirect already and has read what that page shows only once, so
// its answer is shown here as it is rather than asked for again.
function showAnswer(request) {
  const type = request.getResponseHeader("Content-Type") || "";
  if (!type.startsWith("text/html")) throw new Error("not a page");
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  if (!$("main", page)) throw new Error("not one of our pages");
  // A form that came back with its faults stays at its own address.
  if (request.status < 300) {
    history.pushState({}, "", request.responseURL);
    shown = whereabouts();
  }
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  scrollTo(0, 0);
  start(document);
  if (!$("[data-focus]")) $("main").focus();
}

// Going back behind an upload loads that page anew; a link within the page changes only the hash.
const whereabouts = () => location.pathname + location.search;
let shown = whereabouts();
addEventListener("popstate", () => {
  if (whereabouts() !== shown) location.reload();
});
