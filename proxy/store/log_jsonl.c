#include "log_jsonl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_out.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/flow.h"
#include "flow/flow_json.h"
#include "sink.h"

/* BATCH_BYTES: past it a batch is written at once, so that memory stays small under load.
 * STUCK_MS: how long a full pipe may hold up the other sinks. */
enum { BATCH_BYTES = 256 * 1024, STUCK_MS = 1000 };

struct log_jsonl {
    int fd;
    bool is_stdout;
    bool torn;  /* the file does not end with a line end: begin with one */
    char *path; /* owned */
    struct text batch;
    uint64_t n_lines; /* in the batch */
    uint64_t n_lost;  /* since the first failure, until it works again */
    uint64_t n_lost_ever;
};

/* A process that was killed in the midst of a write leaves half a line. */
static bool file_is_torn(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    char last = '\n';

    if (fd < 0)
        return false;
    if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0 &&
        pread(fd, &last, 1, st.st_size - 1) != 1)
        last = '\n';
    close(fd);
    return last != '\n';
}

/* Gives how many bytes went out; errno says why not all did. */
static size_t bytes_write(int fd, const char *bytes, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = write(fd, bytes + done, len - done);

        if (n > 0)
            done += (size_t)n;
        else if (n < 0 && errno == EAGAIN &&
                 poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, STUCK_MS) > 0)
            continue;
        else if (n == 0 || errno != EINTR)
            break;
    }
    return done;
}

static void lines_lose(struct log_jsonl *log, int sys)
{
    if (log->n_lost == 0)
        log_error("cannot write the log %s: %s; flows are not kept until it works again", log->path,
            strerror(sys));
    log->n_lost += log->n_lines;
    log->n_lost_ever += log->n_lines;
}

static void lines_wrote(struct log_jsonl *log)
{
    if (log->n_lost)
        log_warn("the log %s is written again; flows not kept: %" PRIu64, log->path, log->n_lost);
    log->n_lost = 0;
}

static void log_flush(void *arg)
{
    struct log_jsonl *log = arg;

    if (!log->n_lines)
        return;
    if (log->torn && bytes_write(log->fd, "\n", 1) == 1)
        log->torn = false;
    size_t done = log->torn ? 0 : bytes_write(log->fd, text_str(&log->batch), log->batch.len);
    int sys = errno;

    if (done == log->batch.len) {
        lines_wrote(log);
    } else {
        /* Lines before the tear are whole, yet count as lost: nobody has to know which ones. */
        log->torn = log->torn || (done && log->batch.at[done - 1] != '\n');
        lines_lose(log, sys);
    }
    text_clear(&log->batch);
    log->n_lines = 0;
}

static void log_flow(void *arg, const struct flow *f)
{
    struct log_jsonl *log = arg;
    struct json_out json;

    json_init(&json, &log->batch);
    flow_json(f, &json);
    text_add_char(&log->batch, '\n');
    log->n_lines++;
    if (log->batch.len >= BATCH_BYTES)
        log_flush(log);
}

static void log_close(void *arg)
{
    struct log_jsonl *log = arg;

    log_flush(log);
    if (!log->is_stdout && close(log->fd))
        log_error("closing the log %s: %s", log->path, strerror(errno));
    if (log->n_lost_ever)
        log_warn("flows that the log %s lacks: %" PRIu64, log->path, log->n_lost_ever);
    text_fini(&log->batch);
    mem_free(log->path);
    mem_free(log);
}

bool log_jsonl_open(const char *path, struct sink *out, struct err *e)
{
    bool is_stdout = !strcmp(path, "-");
    bool torn = !is_stdout && file_is_torn(path);
    int fd =
        is_stdout ? STDOUT_FILENO : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_sys(e, "cannot write the log %s", path);
    struct log_jsonl *log = mem_new(sizeof *log);
    log->fd = fd;
    log->is_stdout = is_stdout;
    log->torn = torn;
    log->path = mem_text(is_stdout ? "on standard output" : path);
    *out = (struct sink){.flow = log_flow, .flush = log_flush, .close = log_close, .arg = log};
    return true;
}
