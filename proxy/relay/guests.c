#include "guests.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum { FILE_MOST = 256 * 1024, CREDENTIALS_MOST = 1024 };

struct guest {
    char user[GUEST_TEXT_MOST + 1], password[GUEST_TEXT_MOST + 1];
};

struct guests {
    struct guest at[GUESTS_MOST];
    size_t n;
};

struct guests *guests_new(void)
{
    return mem_new(sizeof(struct guests));
}

void guests_free(struct guests *g)
{
    if (!g)
        return;
    explicit_bzero(g, sizeof *g);
    mem_free(g);
}

static bool add_pair(struct guests *g, const char *text, size_t n, struct err *e)
{
    const char *colon = memchr(text, ':', n);
    size_t n_user = colon ? (size_t)(colon - text) : 0;
    size_t n_password = colon ? n - n_user - 1 : 0;

    if (g->n == GUESTS_MOST)
        return err_set(e, ERR_USAGE, "more than %d users of the proxy", GUESTS_MOST);
    if (n_user == 0 || n_password == 0 || n_user > GUEST_TEXT_MOST || n_password > GUEST_TEXT_MOST)
        return err_set(e, ERR_USAGE,
            "a user of the proxy is written USER:PASSWORD, each of 1 to %d bytes", GUEST_TEXT_MOST);
    struct guest *one = &g->at[g->n++];
    memcpy(one->user, text, n_user);
    memcpy(one->password, colon + 1, n_password);
    return true;
}

static bool add_file(struct guests *g, const char *path, struct err *e)
{
    uint8_t *bytes;
    size_t len, line = 1;
    bool good = true;

    if (!file_read(path, FILE_MOST, &bytes, &len, e))
        return false;
    for (const char *at = (char *)bytes, *end = at + len; at < end && good; line++) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((feed ? feed : end) - at);

        if (n > 0 && at[n - 1] == '\r')
            n--;
        if (n > 0 && *at != '#' && !add_pair(g, at, n, e))
            good = err_set(e, ERR_USAGE, "%s:%zu: no USER:PASSWORD of 1 to %d bytes each", path,
                line, GUEST_TEXT_MOST);
        at = feed ? feed + 1 : end;
    }
    explicit_bzero(bytes, len);
    mem_free(bytes);
    return good && (g->n > 0 || err_set(e, ERR_USAGE, "%s: it names no user", path));
}

bool guests_add(struct guests *g, const char *text, struct err *e)
{
    return *text == '@' ? add_file(g, text + 1, e) : add_pair(g, text, strlen(text), e);
}

size_t guests_count(const struct guests *g)
{
    return g->n;
}

/* Every byte of the buffer is compared, whatever the texts are: both end in zeros. */
static unsigned differs(const char a[static GUEST_TEXT_MOST + 1], const char *b)
{
    char other[GUEST_TEXT_MOST + 1] = "";
    unsigned difference = 0;
    size_t n = strlen(b);

    if (n > GUEST_TEXT_MOST) {
        difference = 1;
        n = GUEST_TEXT_MOST;
    }
    memcpy(other, b, n);
    for (size_t i = 0; i < sizeof other; i++)
        difference |= (unsigned char)(a[i] ^ other[i]);
    return difference;
}

bool guests_know(const struct guests *g, const char *user, const char *password)
{
    unsigned known = 0;

    for (size_t i = 0; i < g->n; i++)
        known |=
            (differs(g->at[i].user, user) | differs(g->at[i].password, password)) == 0 ? 1u : 0u;
    return known != 0;
}

bool guests_know_basic(const struct guests *g, const char *credentials)
{
    static const char scheme[] = "Basic ";
    uint8_t *bytes;
    size_t len;
    bool known = false;

    if (!credentials || strlen(credentials) > CREDENTIALS_MOST ||
        strncasecmp(credentials, scheme, sizeof scheme - 1) != 0)
        return false;
    const char *coded = credentials + sizeof scheme - 1;
    if (!text_from_base64(coded, strlen(coded), &bytes, &len))
        return false;
    char *text = mem_new(len + 1);
    memcpy(text, bytes, len);
    char *colon = memchr(text, ':', len);
    if (colon && !memchr(text, 0, len)) {
        *colon = 0;
        known = guests_know(g, text, colon + 1);
    }
    explicit_bzero(text, len);
    explicit_bzero(bytes, len);
    mem_free(text);
    mem_free(bytes);
    return known;
}
