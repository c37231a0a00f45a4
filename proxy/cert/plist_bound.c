#include "plist_bound_priv.h"

#include <string.h>

#include "base/mem.h"

/* The trailer of a binary list: the size of an offset, the size of a reference, then three numbers
 * of eight bytes. */
enum {
    MAGIC_LEN = 8,
    TRAILER_LEN = 32,
    AT_OFFSET_SIZE = 6,
    AT_REF_SIZE = 7,
    AT_N_OBJECTS = 8,
    AT_TOP = 16,
    AT_TABLE = 24
};
enum {
    TYPE_DATA = 4,
    TYPE_ASCII = 5,
    TYPE_UTF16 = 6,
    TYPE_ARRAY = 0xa,
    TYPE_SET = 0xc,
    TYPE_DICT = 0xd
};
enum { NODE_BYTES = 64 }; /* what libplist spends on one */

#define BEING_COUNTED UINT64_MAX

/* An object, with all that hangs below it. */
struct branch {
    uint64_t size; /* unfolded; 0: not known yet */
    int height; /* of what hangs below: a shared part lies as deep as the deepest that refers to it
                 */
};

struct unfolding {
    struct cert_span bytes;
    size_t offset_size, ref_size, n_objects, table;
    struct branch *branches; /* owned: of each object */
    uint64_t refs_left; /* objects may overlap, so that even reading each once has to be bounded */
    struct err *e;
};

static uint64_t number_at(const uint8_t *at, size_t n)
{
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | at[i];
    return value;
}

bool plist_looks_binary(struct cert_span bytes)
{
    return bytes.len >= MAGIC_LEN && memcmp(bytes.at, "bplist0", 7) == 0;
}

static bool broken(struct unfolding *u)
{
    return err_set(u->e, ERR_INPUT, "a binary property list with a reference out of its bounds");
}

static bool object_at(const struct unfolding *u, uint64_t index, size_t *at)
{
    if (index >= u->n_objects)
        return false;
    uint64_t offset = number_at(u->bytes.at + u->table + index * u->offset_size, u->offset_size);

    *at = (size_t)offset;
    return offset >= MAGIC_LEN && offset < u->table;
}

/* The count of an object: in its first byte, or in the integer that follows. *at moves behind it.
 */
static bool count_read(const struct unfolding *u, size_t *at, uint64_t *count)
{
    *count = u->bytes.at[(*at)++] & 0x0f;
    if (*count != 0x0f)
        return true;
    if (*at >= u->table || u->bytes.at[*at] >> 4 != 1 || (u->bytes.at[*at] & 0x0f) > 3)
        return false;
    size_t n = (size_t)1 << (u->bytes.at[*at] & 0x0f);

    if (n > u->table - ++*at)
        return false;
    *count = number_at(u->bytes.at + *at, n);
    *at += n;
    return true;
}

static const struct branch *branch_count(struct unfolding *u, uint64_t index, int depth);

static bool members_count(struct unfolding *u, size_t at, uint64_t n, int depth, struct branch *out)
{
    if (n > (u->table - at) / u->ref_size)
        return broken(u);
    if (n > u->refs_left)
        return err_set(u->e, ERR_INPUT, "a binary property list of too many parts");
    u->refs_left -= n;
    for (uint64_t i = 0; i < n; i++) {
        const struct branch *member =
            branch_count(u, number_at(u->bytes.at + at + i * u->ref_size, u->ref_size), depth + 1);

        if (!member)
            return false;
        out->size += member->size;
        out->height = out->height > member->height ? out->height : member->height + 1;
        if (out->size > PLIST_UNFOLDED_MOST)
            return err_set(u->e, ERR_INPUT,
                "a binary property list that unfolds to more than %d bytes", PLIST_UNFOLDED_MOST);
    }
    return true;
}

static bool object_count(struct unfolding *u, size_t at, int depth, struct branch *out)
{
    unsigned type = u->bytes.at[at] >> 4;
    uint64_t n;

    *out = (struct branch){.size = NODE_BYTES};
    if (type < TYPE_DATA || type == 8) /* numbers, dates, UIDs: of fixed size */
        return true;
    if (!count_read(u, &at, &n))
        return broken(u);
    if (type >= TYPE_ARRAY)
        return n <= u->table ? members_count(u, at, type == TYPE_DICT ? 2 * n : n, depth, out)
                             : broken(u);
    if (n > u->table - at)
        return broken(u);
    out->size += type == TYPE_UTF16 ? 3 * n : n;
    return true;
}

static const struct branch *branch_count(struct unfolding *u, uint64_t index, int depth)
{
    size_t at;

    if (!object_at(u, index, &at)) {
        broken(u);
        return NULL;
    }
    struct branch *out = &u->branches[index];

    if (out->size == BEING_COUNTED) {
        err_set(u->e, ERR_INPUT, "a binary property list that contains itself");
        return NULL;
    }
    if (depth + out->height > PLIST_DEEP_MOST) {
        err_set(u->e, ERR_INPUT, "a binary property list deeper than %d", PLIST_DEEP_MOST);
        return NULL;
    }
    if (out->size == 0) {
        struct branch counted;

        out->size = BEING_COUNTED;
        if (!object_count(u, at, depth, &counted))
            return NULL;
        *out = counted;
    }
    return out;
}

static bool binary_is_bounded(struct cert_span bytes, struct err *e)
{
    struct unfolding u = {.bytes = bytes, .refs_left = PLIST_OBJECTS_MOST, .e = e};

    if (bytes.len < MAGIC_LEN + TRAILER_LEN)
        return err_set(e, ERR_INPUT, "a binary property list cut short");
    const uint8_t *trailer = bytes.at + bytes.len - TRAILER_LEN;
    uint64_t n = number_at(trailer + AT_N_OBJECTS, 8), table = number_at(trailer + AT_TABLE, 8);

    u.offset_size = trailer[AT_OFFSET_SIZE];
    u.ref_size = trailer[AT_REF_SIZE];
    if (u.offset_size < 1 || u.offset_size > 8 || u.ref_size < 1 || u.ref_size > 8 || n < 1 ||
        n > PLIST_OBJECTS_MOST || table < MAGIC_LEN || table > bytes.len - TRAILER_LEN ||
        n * u.offset_size > bytes.len - TRAILER_LEN - table)
        return err_set(e, ERR_INPUT, "a binary property list cut short, or of more than %d objects",
            PLIST_OBJECTS_MOST);
    u.n_objects = (size_t)n;
    u.table = (size_t)table;
    u.branches = mem_array(u.n_objects, sizeof *u.branches);
    bool good = branch_count(&u, number_at(trailer + AT_TOP, 8), 0) != NULL;
    mem_free(u.branches);
    return good;
}

/* How often it is there; past the limit nobody counts on. */
static size_t times(struct cert_span in, const char *what)
{
    const uint8_t *at = in.at, *end = in.at + in.len;
    size_t n = 0;

    while (
        n <= PLIST_CONTAINERS_MOST && (at = memmem(at, (size_t)(end - at), what, strlen(what)))) {
        at += strlen(what);
        n++;
    }
    return n;
}

bool plist_is_bounded(struct cert_span bytes, struct err *e)
{
    if (bytes.len == 0)
        return err_set(e, ERR_INPUT, "an empty file");
    if (bytes.len > PLIST_BYTES_MOST)
        return err_set(e, ERR_INPUT, "a property list of %zu bytes; the limit is %d", bytes.len,
            PLIST_BYTES_MOST);
    if (plist_looks_binary(bytes))
        return binary_is_bounded(bytes, e);
    /* Each that is opened counts, wherever it stands: so no trick with comments hides one. */
    if (times(bytes, "<dict") + times(bytes, "<array") > PLIST_CONTAINERS_MOST)
        return err_set(e, ERR_INPUT, "a property list of more than %d dictionaries and arrays",
            PLIST_CONTAINERS_MOST);
    return true;
}
