#define _GNU_SOURCE
#include "cnet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int result(int value) { return value < 0 ? -errno : value; }

int martlet_epoll_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

int martlet_epoll_watch(int epoll, int fd, uint64_t token) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
  event.data.u64 = token;
  return result(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

int martlet_epoll_watch_reads(int epoll, int fd, uint64_t token) {
  struct epoll_event event = {.events = EPOLLIN};
  event.data.u64 = token;
  return result(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

int martlet_epoll_unwatch(int epoll, int fd) {
  return result(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL));
}

int martlet_epoll_wait(int epoll, struct martlet_ready *ready, int capacity, int milliseconds) {
  struct epoll_event events[256];
  if (capacity > 256) capacity = 256;
  int count = epoll_wait(epoll, events, capacity, milliseconds);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    uint32_t e = events[i].events;
    ready[i].token = events[i].data.u64;
    ready[i].is_last = (e & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    ready[i].readable = ready[i].is_last || (e & EPOLLIN) != 0;
    ready[i].writable = (e & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
  }
  return count;
}

int martlet_eventfd(void) { return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

void martlet_eventfd_ring(int fd) {
  uint64_t one = 1;
  // A full counter means that the bell is ringing already.
  ssize_t written = write(fd, &one, sizeof one);
  (void)written;
}

void martlet_eventfd_clear(int fd) {
  uint64_t count;
  ssize_t got = read(fd, &count, sizeof count);
  (void)got;
}

int martlet_tcp_socket(int family) {
  int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  return fd;
}

int martlet_tcp_listen(const void *address, unsigned length, int backlog) {
  int fd = socket(((const struct sockaddr *)address)->sa_family,
                  SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, address, length) < 0 || listen(fd, backlog) < 0) {
    int error = errno;
    close(fd);
    return -error;
  }
  return fd;
}

int martlet_tcp_accept(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -errno;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

int martlet_tcp_connect(int fd, const void *address, unsigned length) {
  return result(connect(fd, address, length));
}

int martlet_socket_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
  return -error;
}

int martlet_local_port(int fd) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return -errno;
  if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
  if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
  return -EAFNOSUPPORT;
}

uint64_t martlet_monotonic(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int martlet_address_text(const void *address, unsigned length, char *text, size_t capacity) {
  char host[INET6_ADDRSTRLEN];
  const struct sockaddr *any = address;
  if (any->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
    const struct sockaddr_in *v4 = address;
    if (!inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host)) return -1;
    return snprintf(text, capacity, "%s:%u", host, ntohs(v4->sin_port));
  }
  if (any->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
    const struct sockaddr_in6 *v6 = address;
    if (!inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host)) return -1;
    return snprintf(text, capacity, "[%s]:%u", host, ntohs(v6->sin6_port));
  }
  return -1;
}

void martlet_block_sigpipe(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void martlet_thread_name(unsigned long thread, const char *name) {
  char kept[16];
  snprintf(kept, sizeof kept, "%s", name);
  pthread_setname_np((pthread_t)thread, kept);
}

int martlet_local_literal(int fd, char *text, size_t capacity) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  char host[INET6_ADDRSTRLEN];
  if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return -errno;
  if (address.ss_family == AF_INET) {
    if (!inet_ntop(AF_INET, &((struct sockaddr_in *)&address)->sin_addr, host, sizeof host)) return -1;
    return snprintf(text, capacity, "[%s]", host);
  }
  if (!inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&address)->sin6_addr, host, sizeof host)) return -1;
  return snprintf(text, capacity, "[IPv6:%s]", host);
}
