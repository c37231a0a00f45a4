#include "tape.h"

#include <string.h>

#include <openssl/crypto.h>

#include "base/mem.h"

enum { FIRST_CAP = 8 };

struct tape *tape_new(void)
{
    return mem_new(sizeof(struct tape));
}

void tape_free(struct tape *t)
{
    if (!t)
        return;
    if (t->secrets.at)
        OPENSSL_cleanse(t->secrets.at, t->secrets.cap);
    text_fini(&t->secrets);
    text_fini(&t->bytes);
    mem_free(t->pieces);
    mem_free(t);
}

static struct tape_piece *piece_of(struct tape *t, bool ours)
{
    if (t->n && t->pieces[t->n - 1].ours == ours)
        return &t->pieces[t->n - 1];
    if (t->n == TAPE_PIECES_MOST)
        return NULL;
    if (t->n == 0 || (t->n >= FIRST_CAP && (t->n & (t->n - 1)) == 0))
        t->pieces = mem_resize(t->pieces, (t->n ? 2 * t->n : FIRST_CAP) * sizeof *t->pieces);
    t->pieces[t->n] = (struct tape_piece){.ours = ours};
    return &t->pieces[t->n++];
}

void tape_add(struct tape *t, bool ours, const void *bytes, size_t len)
{
    struct tape_piece *piece;

    /* After a gap nothing could be read any more. */
    t->cut = t->cut || len > TAPE_BYTES_MOST - t->bytes.len;
    if (t->cut || !len)
        return;
    if (!(piece = piece_of(t, ours))) {
        t->cut = true;
        return;
    }
    piece->len += len;
    text_add_n(&t->bytes, bytes, len);
}

void tape_add_secret(struct tape *t, const char *line)
{
    size_t len = strlen(line);

    if (len + 1 > TAPE_SECRETS_MOST - t->secrets.len)
        return;
    /* All the room at once: a buffer that grows would leave copies behind. */
    if (!t->secrets.at) {
        t->secrets.at = mem_new(TAPE_SECRETS_MOST + 1);
        t->secrets.cap = TAPE_SECRETS_MOST + 1;
    }
    text_add_n(&t->secrets, line, len);
    text_add_char(&t->secrets, '\n');
}
