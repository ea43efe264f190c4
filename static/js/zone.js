// zone.js: tell the site in whose time to tell times; who has chosen a time zone is not asked.
// The browser reads its tables for this, which holds up the page for a tenth of a second: once a tab, and when nothing else is to do.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
const secure = location.protocol === "https:" ? "; secure" : ""
if (zone) document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`
sessionStorage.setItem("zone", "told")
