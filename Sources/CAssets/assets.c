#include "assets.h"

static const unsigned char migration_0001[] = {
#embed "migrations/0001-first-campaign.sql"
};

const struct martlet_asset martlet_migrations[] = {
    {"0001-first-campaign", migration_0001, sizeof migration_0001},
};
const size_t martlet_migration_count = sizeof martlet_migrations / sizeof martlet_migrations[0];
