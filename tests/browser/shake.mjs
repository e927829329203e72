// Slow answers and a slow page, as the environment says (see fixture.mjs). They find tests, and views, that depend on
// luck: what holds on a fast machine only because one thing happened to come before another.
import { DEADLINE_MS, wait } from "./waiting.mjs";

const numberOf = (name, otherwise) => {
  const text = process.env[name];
  if (!text) return otherwise;
  if (!/^\d+$/.test(text)) throw new Error(`${name} is ${text}, and has to be a whole number`);
  return Number(text);
};
const LAG_MS = numberOf("TIDEMILL_LAG_MS", 0);
const SEED = numberOf("TIDEMILL_LAG_SEED", 1);
const CPU_RATE = numberOf("TIDEMILL_CPU_RATE", 1);
if (LAG_MS > 0 || CPU_RATE > 1) console.log(`answers come up to ${LAG_MS} ms late, with the seed ${SEED}; pages are ${CPU_RATE} times slower`);

// From 0 to 1, by FNV-1a: the same text has the same delay in each run, whatever is asked meanwhile.
function fractionOf(text) {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.codePointAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

// Half of a delay comes before the server is asked, half of it after it has answered: what is shown is then older than
// what has happened since.
async function answerLate(route, times) {
  const request = route.request();
  const { pathname } = new URL(request.url());
  const what = `${request.method()} ${pathname}`;
  times.set(what, (times.get(what) ?? 0) + 1);
  const delay = (half) => wait(fractionOf(`${SEED} ${what} ${times.get(what)} ${half}`) * LAG_MS / 2);
  await delay("before");
  // A stream has no end to wait for, and a download goes to a file.
  if (request.resourceType() !== "fetch" || pathname === "/api/v1/events") return route.continue();
  const response = await route.fetch({ maxRedirects: 0, timeout: DEADLINE_MS }).catch(() => null);
  await delay("after");
  return response ? route.fulfill({ response }) : route.abort("connectionfailed");
}

// The worker that hears events for a page is asked late, and what it hears comes late. Its own connection is out of reach.
function hearLate(lag) {
  const Real = globalThis.SharedWorker;
  if (!Real) return;
  globalThis.SharedWorker = class {
    constructor(...what) {
      const { port } = new Real(...what);
      this.port = {
        postMessage: (message) => setTimeout(() => port.postMessage(message), lag),
        set onmessage(call) { port.onmessage = (event) => setTimeout(() => call(event), lag); },
      };
    }
  };
}

async function slowDown(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: CPU_RATE });
}

// What is sent by a page that is closed meanwhile is nobody's.
const unlessClosed = (deed) => deed.catch((error) => { if (!/closed|disposed|handled|detached/i.test(String(error))) throw error; });

// Before its first page is made.
export async function shake(context) {
  const times = new Map();
  if (LAG_MS > 0) {
    await context.route((url) => url.pathname.startsWith("/api/"), (route) => unlessClosed(answerLate(route, times)));
    await context.addInitScript(hearLate, fractionOf(`${SEED} events`) * LAG_MS / 2);
  }
  if (CPU_RATE > 1) context.on("page", (page) => void unlessClosed(slowDown(page)));
}
