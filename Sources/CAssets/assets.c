#include "assets.h"

static const unsigned char migration_0001[] = {
#embed "migrations/0001-first-campaign.sql"
};

static const unsigned char migration_0002[] = {
#embed "migrations/0002-people-and-pages.sql"
};
static const unsigned char migration_0003[] = {
#embed "migrations/0003-ledger.sql"
};
static const unsigned char migration_0004[] = {
#embed "migrations/0004-limits.sql"
};
static const unsigned char migration_0005[] = {
#embed "migrations/0005-retries.sql"
};
static const unsigned char migration_0006[] = {
#embed "migrations/0006-rehearsals.sql"
};

static const struct martlet_asset migrations[] = {
    {"0001-first-campaign", migration_0001, sizeof migration_0001},
    {"0002-people-and-pages", migration_0002, sizeof migration_0002},
    {"0003-ledger", migration_0003, sizeof migration_0003},
    {"0004-limits", migration_0004, sizeof migration_0004},
    {"0005-retries", migration_0005, sizeof migration_0005},
    {"0006-rehearsals", migration_0006, sizeof migration_0006},
};

const struct martlet_asset *martlet_migration(size_t index) {
  return index < sizeof migrations / sizeof migrations[0] ? &migrations[index] : NULL;
}

static const unsigned char web_martlet_css[] = {
#embed "web/martlet.css"
};

// One module in several files.
static const unsigned char web_martlet_js[] = {
#embed "web/script/elements.js"
,
#embed "web/script/fields.js"
,
#embed "web/script/contact-file.js"
,
#embed "web/script/drop-zone.js"
,
#embed "web/script/upload.js"
,
#embed "web/script/dialogs.js"
,
#embed "web/script/live.js"
,
#embed "web/script/page.js"
,
#embed "web/script/keys.js"
,
#embed "web/script/start.js"
};

static const unsigned char web_icons_svg[] = {
#embed "web/icons.svg"
};

static const unsigned char web_favicon_svg[] = {
#embed "web/favicon.svg"
};

static const struct martlet_asset web_assets[] = {
    {"martlet.css", web_martlet_css, sizeof web_martlet_css},
    {"martlet.js", web_martlet_js, sizeof web_martlet_js},
    {"icons.svg", web_icons_svg, sizeof web_icons_svg},
    {"favicon.svg", web_favicon_svg, sizeof web_favicon_svg},
};

const struct martlet_asset *martlet_web_asset(size_t index) {
  return index < sizeof web_assets / sizeof web_assets[0] ? &web_assets[index] : NULL;
}
