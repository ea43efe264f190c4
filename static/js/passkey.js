// passkey.js: the browser's part of a passkey. A form says in data-passkey whether one is made or proved, and holds
// what the server asks for (data-options) or where to fetch it (data-options-from).
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0))
const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")

async function optionsOf({ options, optionsFrom }) {
  const asked = options || (await (await fetch(optionsFrom, { headers: { Accept: "application/json" } })).text())
  const found = JSON.parse(asked)
  const { publicKey } = found.request_options ?? found
  publicKey.challenge = bytes(publicKey.challenge)
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id)
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    for (const known of publicKey[list] ?? []) known.id = bytes(known.id)
  }
  return publicKey
}

async function make(publicKey) {
  // One that is found by itself at sign-in, and asks for a finger, a face or a PIN.
  const wanted = { residentKey: "required", requireResidentKey: true, userVerification: "required" }
  publicKey.authenticatorSelection = { ...publicKey.authenticatorSelection, ...wanted }
  return navigator.credentials.create({ publicKey })
}

function asJson(credential) {
  const { id, type, response } = credential
  const said = {}
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) said[part] = words(response[part])
  }
  if (response.getTransports) said.transports = response.getTransports()
  return JSON.stringify({ id, rawId: id, type, response: said, clientExtensionResults: credential.getClientExtensionResults() })
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  const failed = form.querySelector("[data-passkey-failed]")
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    failed.hidden = true
    try {
      const publicKey = await optionsOf(form.dataset)
      const creates = form.dataset.passkey === "create"
      form.elements.credential.value = asJson(creates ? await make(publicKey) : await navigator.credentials.get({ publicKey }))
      form.submit()
    } catch {
      failed.hidden = false // refused, timed out, or not to be had here: which of them, browsers do not tell
    }
  })
}
