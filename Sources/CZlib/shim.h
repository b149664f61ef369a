#pragma once
#include <zlib.h>

// `deflateInit2` is a macro, which Swift does not import. 15 + 16: the largest window, in gzip's
// wrapping; 9: as small as can be.
static inline int martlet_gzip_begin(z_stream *stream) {
  return deflateInit2(stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
}
