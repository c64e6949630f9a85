// Live parts ask again by the server's own timing. This script pauses them in hidden tabs, wakes them after a
// failure, and takes toasts away. Every page works without it.
(function () {
  "use strict";

  const RETRY_MS = 5000;
  const TOAST_MS = 7000;
  const live = (element) => element && element.matches && element.matches("[data-live]");

  function resume(element) {
    delete element.dataset.paused;
    if (element.isConnected) window.htmx.trigger(element, "resume");
  }

  // --- Live parts ---

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!live(event.target) || !document.hidden) return;
    event.preventDefault();
    event.target.dataset.paused = "";
  });

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.querySelectorAll("[data-paused]").forEach(resume);
  });

  // Nothing new (204), a refusal or silence: the part is still there and would wait for ever.
  document.addEventListener("htmx:afterRequest", (event) => {
    const element = event.target;
    if (!live(element)) return;
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (status !== 200) setTimeout(() => resume(element), RETRY_MS);
  });

  // --- Focus: a button that rested while its request travelled, or was drawn anew, has it again ---

  let focused = null;

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!live(event.target)) focused = document.activeElement;
  });

  function refocus() {
    if (!focused || document.activeElement !== document.body) return;
    const again = focused.isConnected ? focused : focused.id && document.getElementById(focused.id);
    if (again && !again.disabled) again.focus({ preventScroll: true });
  }

  document.addEventListener("htmx:afterRequest", refocus);
  document.addEventListener("htmx:afterSettle", refocus);

  // --- Toasts ---

  const toasts = () => document.getElementById("toasts");

  function dismissLater(toast) {
    if (toast.dataset.seen !== undefined) return;
    toast.dataset.seen = "";
    const dismiss = () => {
      if (toast.matches(":hover, :focus-within")) setTimeout(dismiss, 1000);
      else toast.remove();
    };
    setTimeout(dismiss, TOAST_MS);
  }

  function dismissAllLater() {
    if (toasts()) toasts().querySelectorAll(".toast").forEach(dismissLater);
  }

  function sayThatItFailed(event) {
    if (live(event.target) || !toasts()) return;
    const template = document.getElementById("failed");
    toasts().append(template.content.cloneNode(true));
    dismissAllLater();
  }

  document.addEventListener("htmx:oobAfterSwap", dismissAllLater);
  document.addEventListener("htmx:sendError", sayThatItFailed);
  document.addEventListener("htmx:responseError", sayThatItFailed);
  document.addEventListener("htmx:timeout", sayThatItFailed);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && toasts()) toasts().replaceChildren();
  });

  // --- Plain forms: a button rests while its form travels, and is fresh when the page comes back ---

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("hx-post") || event.defaultPrevented) return;
    const buttons = form.querySelectorAll("button");
    setTimeout(() => buttons.forEach((button) => (button.disabled = true)), 0);
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });

  dismissAllLater();
})();
