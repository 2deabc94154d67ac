// A real OpenID provider on a free port of this machine. Usage: node oidc-provider.mjs. Prints its address; "rotate" on its
// input makes a new key that it signs with from then on, beside the old one, "forget" drops the old ones; it says "done" to each,
// and ends when its input does.
import { createServer } from "node:http";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

const audience = "service-ordering";
let keys = [];
let handler;

const server = createServer((request, response) => handler(request, response));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `http://127.0.0.1:${server.address().port}`;

function start() {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "orchestrator",
        client_secret: "not a secret",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: "client_secret_post",
      },
      // People who sign in in a browser: the code flow with PKCE, at whichever port the server is.
      {
        client_id: "console",
        application_type: "native",
        grant_types: ["authorization_code"],
        redirect_uris: ["http://127.0.0.1/console/sign-in/provider/callback"],
        response_types: ["code"],
        token_endpoint_auth_method: "none",
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        defaultResource: () => `urn:${audience}`,
        getResourceServerInfo: () => ({
          scope: "service-ordering:service-order:read service-ordering:service-order:create",
          audience,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    jwks: { keys },
    pkce: { required: () => true },
    ttl: { ClientCredentials: 600, AccessToken: 600 },
  });
  handler = provider.callback();
}

function addKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  keys = [{ ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" }, ...keys];
}

addKey();
start();
console.log(issuer);
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "rotate") addKey();
  if (line === "forget") keys = keys.slice(0, 1);
  start();
  console.log("done");
}
process.exit(0);
