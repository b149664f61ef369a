// Loaded before the C library: the N-th call of one kind on a file below a folder fails.
//
//   FAULT_KIND    write, sync, rename, open or truncate
//   FAULT_NUMBER  which call fails, counted from 1
//   FAULT_LASTING set: all later ones too
//   FAULT_ERROR   errno of the failure
//   FAULT_FOLDER  only files whose path begins so
//   FAULT_LOG     gets a line when it has happened
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static int fails(const char *kind, const char *path) {
  const char *wanted = getenv("FAULT_KIND"), *folder = getenv("FAULT_FOLDER");
  if (!wanted || !folder || strcmp(wanted, kind) || strncmp(path, folder, strlen(folder))) return 0;
  long number = atol(getenv("FAULT_NUMBER")), call = atomic_fetch_add(&calls, 1) + 1;
  if (call < number || (call > number && !getenv("FAULT_LASTING"))) return 0;
  if (call == number) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%s %ld %s\n", kind, call, path);
    long log = syscall(SYS_openat, AT_FDCWD, getenv("FAULT_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    syscall(SYS_write, log, line, length);
    syscall(SYS_close, log);
  }
  errno = atoi(getenv("FAULT_ERROR"));
  return 1;
}

static int fails_at(const char *kind, int file) {
  const char *wanted = getenv("FAULT_KIND");
  if (!wanted || strcmp(wanted, kind)) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return fails(kind, path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *octets, size_t count) {
  return fails_at("write", file) ? -1 : NEXT(write)(file, octets, count);
}
ssize_t pwrite(int file, const void *octets, size_t count, off_t at) {
  return fails_at("write", file) ? -1 : NEXT(pwrite)(file, octets, count, at);
}
ssize_t pwrite64(int file, const void *octets, size_t count, off64_t at) {
  return fails_at("write", file) ? -1 : NEXT(pwrite64)(file, octets, count, at);
}
int fsync(int file) { return fails_at("sync", file) ? -1 : NEXT(fsync)(file); }
int fdatasync(int file) { return fails_at("sync", file) ? -1 : NEXT(fdatasync)(file); }
int ftruncate(int file, off_t length) { return fails_at("truncate", file) ? -1 : NEXT(ftruncate)(file, length); }
int ftruncate64(int file, off64_t length) {
  return fails_at("truncate", file) ? -1 : NEXT(ftruncate64)(file, length);
}
int rename(const char *from, const char *to) { return fails("rename", to) ? -1 : NEXT(rename)(from, to); }

#define MODE(flags, last) \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list rest; \
    va_start(rest, last); \
    mode = va_arg(rest, mode_t); \
    va_end(rest); \
  }

int open(const char *path, int flags, ...) {
  MODE(flags, flags)
  return fails("open", path) ? -1 : NEXT(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE(flags, flags)
  return fails("open", path) ? -1 : NEXT(open64)(path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
  MODE(flags, flags)
  return fails("open", path) ? -1 : NEXT(openat)(folder, path, flags, mode);
}
