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
// Gives the context a new P-256 key and a certificate for `host` and localhost that it signs
// itself, valid for a year: for servers that nobody needs to trust, such as the sandbox.
static inline int martlet_ssl_ctx_use_self_signed(SSL_CTX *context, const char *host) {
  int done = 0;
  char names[400];
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  X509_EXTENSION *extension = NULL;
  if (!key || !certificate) goto end;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_set_version(certificate, 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 365L * 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME *name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)host, -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  BIO_snprintf(names, sizeof names, "DNS:%s,DNS:localhost,IP:127.0.0.1", host);
  extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
  if (!extension) goto end;
  X509_add_ext(certificate, extension, -1);
  if (X509_sign(certificate, key, EVP_sha256()) == 0) goto end;
  done = SSL_CTX_use_certificate(context, certificate) == 1 &&
         SSL_CTX_use_PrivateKey(context, key) == 1;
end:
  X509_EXTENSION_free(extension);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return done;
}
