#pragma once
#include <sqlite3.h>

// The macros SQLITE_TRANSIENT and SQLITE_STATIC are casts, which Swift does not import.
static inline int martlet_sqlite_bind_text(sqlite3_stmt *s, int i, const char *p, int n) {
  return sqlite3_bind_text(s, i, p, n, SQLITE_TRANSIENT);
}
static inline int martlet_sqlite_bind_blob(sqlite3_stmt *s, int i, const void *p, int n) {
  return sqlite3_bind_blob(s, i, p, n, SQLITE_TRANSIENT);
}
// Variadic, so Swift does not import it. Without its statistics SQLite takes no lock for each piece of
// memory; it must be said before the first connection.
static inline void martlet_sqlite_without_statistics(void) {
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
// For bytes that outlive the step, such as those of a batch being written.
static inline int martlet_sqlite_bind_static_text(sqlite3_stmt *s, int i, const char *p, int n) {
  return sqlite3_bind_text(s, i, p, n, SQLITE_STATIC);
}
static inline int martlet_sqlite_bind_static_blob(sqlite3_stmt *s, int i, const void *p, int n) {
  return sqlite3_bind_blob(s, i, p, n, SQLITE_STATIC);
}
