// What Linux offers for sockets and Swift's Glibc does not show: epoll, eventfd, accept4.
// Every function returns a value >= 0, or -errno.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct martlet_ready {
  uint64_t token;
  uint32_t readable;
  // The other side has ended its stream, or the connection has failed.
  uint32_t is_last;
  uint32_t writable;
};

int martlet_epoll_create(void);
// Watches reading and writing, edge-triggered, until the descriptor is closed.
int martlet_epoll_watch(int epoll, int fd, uint64_t token);
// Watches reading alone, level-triggered.
int martlet_epoll_watch_reads(int epoll, int fd, uint64_t token);
int martlet_epoll_unwatch(int epoll, int fd);
// Waits at most `milliseconds` (-1: for ever); returns how many entries of `ready` were filled.
int martlet_epoll_wait(int epoll, struct martlet_ready *ready, int capacity, int milliseconds);

int martlet_eventfd(void);
void martlet_eventfd_ring(int fd);
void martlet_eventfd_clear(int fd);

// A non-blocking TCP socket that sends small writes at once.
int martlet_tcp_socket(int family);
int martlet_tcp_listen(const void *address, unsigned length, int backlog);
int martlet_tcp_accept(int listener);
// 0: connected; -EINPROGRESS: wait until writable, then ask martlet_socket_error.
int martlet_tcp_connect(int fd, const void *address, unsigned length);
int martlet_socket_error(int fd);
// The port that a socket is bound to, in host order.
int martlet_local_port(int fd);

// Monotonic nanoseconds.
uint64_t martlet_monotonic(void);

// "address:port" of a socket address into `text`; returns its length or -1.
int martlet_address_text(const void *address, unsigned length, char *text, size_t capacity);

// Keeps SIGPIPE from the calling thread: a peer that has gone is an error code, not a death.
void martlet_block_sigpipe(void);

// Names a thread (pthread_t) for debuggers and `top`; 15 characters are kept.
void martlet_thread_name(unsigned long thread, const char *name);

// The local address of a socket as an address literal of RFC 5321, as in [192.0.2.1].
int martlet_local_literal(int fd, char *text, size_t capacity);
