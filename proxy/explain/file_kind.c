#include "file_kind.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "cert/issuer_file.h"

enum { SEQUENCE = 0x30, INTEGER = 0x02, OBJECT_ID = 0x06 };

static bool holds(const uint8_t *bytes, size_t len, const char *what)
{
    return memmem(bytes, len, what, strlen(what)) != NULL;
}

static bool begins(const uint8_t *bytes, size_t len, const char *what)
{
    return len >= strlen(what) && memcmp(bytes, what, strlen(what)) == 0;
}

/* The tag of the first thing inside the outermost SEQUENCE; 0 when there is none. Its length may be
 * of the indefinite form (X.690 §8.1.3.6), in which old tools write PKCS#12 and CMS. */
static uint8_t first_inside(const uint8_t *bytes, size_t len)
{
    if (len < 2 || bytes[0] != SEQUENCE)
        return 0;
    size_t at = 2 + (bytes[1] & 0x80 ? bytes[1] & 0x7f : 0);

    return at < len ? bytes[at] : 0;
}

static bool is_plist(const uint8_t *bytes, size_t len)
{
    static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8 */

    if (begins(bytes, len, "bplist0"))
        return true;
    if (begins(bytes, len, mark)) {
        bytes += strlen(mark);
        len -= strlen(mark);
    }
    while (len && strchr(" \t\r\n", *bytes) && *bytes) {
        bytes++;
        len--;
    }
    return begins(bytes, len, "<?xml") || begins(bytes, len, "<!DOCTYPE plist") ||
           begins(bytes, len, "<plist");
}

enum file_kind file_kind(const uint8_t *bytes, size_t len)
{
    if (is_plist(bytes, len))
        return FILE_KIND_PROFILE;
    switch (first_inside(bytes, len)) {
    case INTEGER:
        return FILE_KIND_IDENTITY;
    case OBJECT_ID:
        /* What is signed lies in the message as it is; in an old one it may be cut into pieces, but
         * hardly at once. */
        return holds(bytes, len, "<plist") || holds(bytes, len, "bplist0") ? FILE_KIND_PROFILE
                                                                           : FILE_KIND_MESSAGE;
    default:
        return FILE_KIND_CERTIFICATES;
    }
}

static bool is_called(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);

    return n > m && strcasecmp(name + n - m, ending) == 0;
}

enum file_kind file_kind_of(const char *name, const uint8_t *bytes, size_t len)
{
    if (is_called(name, ".p12") || is_called(name, ".pfx"))
        return FILE_KIND_IDENTITY;
    return is_called(name, ".mobileconfig") ? FILE_KIND_PROFILE : file_kind(bytes, len);
}

struct cert_chain *file_certificates(const uint8_t *bytes, size_t len, struct err *e)
{
    if (file_kind(bytes, len) == FILE_KIND_MESSAGE && len <= ISSUER_FILE_BYTES_MOST)
        return issuer_file_read((struct cert_span){bytes, len}, e);
    return cert_chain_from_bytes(bytes, len, e);
}
