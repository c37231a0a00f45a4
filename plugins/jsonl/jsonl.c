/* jsonl - a sink: every sealed flow becomes one line of a file that only its owner may read. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <whytls/plugin.h>

struct jsonl {
    const struct whytls_host *host;
    int fd;
    size_t cut; /* bytes of the first line that are written already: the disk was full then */
};

/* NULL: there is no memory. */
static char *text_copy(struct whytls_text t)
{
    char *copy = malloc(t.len + 1);

    if (copy) {
        memcpy(copy, t.bytes, t.len);
        copy[t.len] = '\0';
    }
    return copy;
}

static enum whytls_ready jsonl_load(const struct whytls_host *host, void **shared)
{
    struct whytls_value to;

    if (!host->setting(host, "to", &to) || to.kind != WHYTLS_TEXT) {
        host->log(host, WHYTLS_NOTICE, "no file is named: plugins = { jsonl = { to = \"…\" } }");
        return WHYTLS_IDLE;
    }
    char *path = text_copy(to.as.text);
    struct jsonl *j = calloc(1, sizeof *j);

    if (!path || !j) {
        free(path);
        free(j);
        return WHYTLS_FAILED;
    }
    j->host = host;
    j->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (j->fd < 0)
        whytls_logf(host, WHYTLS_ERROR, "%.300s: %s", path, strerror(errno));
    free(path);
    if (j->fd < 0) {
        free(j);
        return WHYTLS_FAILED; /* somebody wants this file: to go on would lose flows in silence */
    }
    *shared = j;
    return WHYTLS_READY;
}

static void jsonl_unload(void *shared)
{
    struct jsonl *j = shared;

    close(j->fd);
    free(j);
}

/* Writes the line from where it was cut; false: the file does not take more now. */
static bool line_write(struct jsonl *j, struct whytls_text json)
{
    while (j->cut <= json.len) {
        bool at_end = j->cut == json.len;
        ssize_t n =
            write(j->fd, at_end ? "\n" : json.bytes + j->cut, at_end ? 1 : json.len - j->cut);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        j->cut += (size_t)n;
    }
    j->cut = 0;
    return true;
}

static size_t jsonl_take(void *shared, const struct whytls_record *records, size_t n)
{
    struct jsonl *j = shared;

    for (size_t i = 0; i < n; i++)
        if (!line_write(j, whytls_record_at(records, i)->json)) {
            whytls_logf(j->host, WHYTLS_WARNING, "cannot write: %s", strerror(errno));
            return i; /* the host offers the rest again */
        }
    return n;
}

static const struct whytls_setting settings[] = {
    {"to", WHYTLS_SET_TEXT, NULL, 0, 0, "the file to append to; made with mode 0600"},
    {0},
};
static const struct whytls_sink sink = {jsonl_take, NULL};

const struct whytls_plugin whytls_plugin = {
    WHYTLS_HEAD,
    .name = "jsonl",
    .version = "1.0",
    .about = "Appends every flow to a JSON Lines file.",
    .can = WHYTLS_CAN_SINK,
    .settings = settings,
    .sink = &sink,
    .load = jsonl_load,
    .unload = jsonl_unload,
};
