// zone.js: tell the site in whose time to tell times; who has chosen a time zone is not asked.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
const secure = location.protocol === "https:" ? "; secure" : ""
if (zone) document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`
