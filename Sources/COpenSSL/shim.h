#pragma once
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Each of these is a macro in OpenSSL 3.0, which Swift does not import.
static inline int martlet_ssl_ctx_set_min_proto(SSL_CTX *c, int version) {
  return (int)SSL_CTX_set_min_proto_version(c, version);
}
static inline void martlet_ssl_ctx_set_partial_write(SSL_CTX *c) {
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}
static inline void martlet_ssl_ctx_keep_client_sessions(SSL_CTX *c) {
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
}
static inline int martlet_ssl_set_host_name(SSL *s, const char *name) {
  return (int)SSL_set_tlsext_host_name(s, name);
}
