#include "assets.h"

static const unsigned char migration_0001[] = {
#embed "migrations/0001-first-campaign.sql"
};

static const unsigned char migration_0002[] = {
#embed "migrations/0002-people-and-pages.sql"
};

static const struct martlet_asset migrations[] = {
    {"0001-first-campaign", migration_0001, sizeof migration_0001},
    {"0002-people-and-pages", migration_0002, sizeof migration_0002},
};

const struct martlet_asset *martlet_migration(size_t index) {
  return index < sizeof migrations / sizeof migrations[0] ? &migrations[index] : NULL;
}
