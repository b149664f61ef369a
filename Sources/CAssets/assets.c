#include "assets.h"

static const unsigned char migration_0001[] = {
#embed "migrations/0001-first-campaign.sql"
};

static const struct martlet_asset migrations[] = {
    {"0001-first-campaign", migration_0001, sizeof migration_0001},
};

const struct martlet_asset *martlet_migration(size_t index) {
  return index < sizeof migrations / sizeof migrations[0] ? &migrations[index] : NULL;
}
