// Opens the page with the documentation in a real browser, has it send a request, and says all that the browser asked for. Usage:
// node docs-page.mjs CHROMIUM URL SCREENSHOT. Prints one JSON line for each request, for what the page complained of, for
// each link that leads elsewhere and can be seen, and for the answer that the page shows.
import { chromium } from "playwright-core";

const [executablePath, url, screenshot] = process.argv.slice(2);
if (!screenshot) {
  console.error("usage: node docs-page.mjs CHROMIUM URL SCREENSHOT");
  process.exit(1);
}
const say = (line) => console.log(JSON.stringify(line));
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
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  page.on("request", (request) => say({ request: request.url(), method: request.method() }));
  page.on("console", (message) => message.type() === "error" && say({ complaint: message.text() }));
  page.on("pageerror", (error) => say({ complaint: error.message }));
  await page.goto(url);
  await page.getByText("Lists the service orders that a filter lets through").first().click();
  const links = await page.evaluate(() => [...document.querySelectorAll("a[href]")]
    .filter((link) => link.checkVisibility() && link.origin !== location.origin).map((link) => link.href));
  for (const link of links) say({ link });
  await page.getByRole("button", { name: "Test Request (get /serviceOrder)" }).first().click();
  const answer = page.waitForResponse((response) => new URL(response.url()).pathname.endsWith("/serviceOrder"));
  await page.getByRole("button", { name: /Send/ }).first().click();
  say({ answered: (await answer).status() });
  await page.getByText("externalId").last().waitFor();
  await page.screenshot({ path: screenshot });
} finally {
  await browser.close();
}
