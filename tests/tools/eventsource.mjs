// A real EventSource in a real browser: opens the stream, says what arrives and that it was cut off, and comes back by
// itself. Usage: node eventsource.mjs CHROMIUM URL. Prints one JSON line for each event; ends when its input does.
import { chromium } from "playwright-core";

const [executablePath, url] = process.argv.slice(2);
if (!url) {
  console.error("usage: node eventsource.mjs CHROMIUM URL");
  process.exit(1);
}

const browser = await chromium.launch({
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const page = await browser.newPage();
  await page.exposeFunction("say", (line) => console.log(JSON.stringify(line)));
  // Any answer of the server will do as a page: what counts is that the stream is of the same origin.
  await page.goto(new URL("/events/v1", url).href);
  await page.evaluate((address) => {
    const source = new EventSource(address);
    source.onopen = () => say({ open: true });
    source.onerror = () => say({ error: source.readyState });
    source.addEventListener("ServiceOrderCreateEvent", (event) =>
      say({ id: event.lastEventId, order: JSON.parse(event.data).event.serviceOrder.id }));
  }, url);
  for await (const _ of process.stdin) {
    // Nothing is asked; the end is what is waited for.
  }
} finally {
  await browser.close();
}
