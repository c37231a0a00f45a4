/* app/cmd_devices.c - `whytls devices`: which phones are known, how far each came, and who refuses
 * us there; and to name one, or forget it. A proxy that runs hears of both within seconds. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "command.h"
#include "device/memory.h"
#include "device/passes.h"
#include "device/roll.h"
#include "device_list.h"
#include "option.h"
#include "pass_list.h"
#include "paths.h"
#include "store/database.h"
#include "store/device_rows.h"
#include "store/pass_rows.h"
#include "store/schema.h"
#include "term.h"

static const struct option_row rows[] = {
    {"data", 0, "DIR", "where whytls keeps its files"},
    {"json", 0, NULL, "one JSON object"},
    {"color", 0, "WHEN", "always, never or auto"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls devices [OPTION]…\n       whytls devices show ID\n"
             "       whytls devices name ID [NAME]\n       whytls devices forget ID",
    .about = "Lists the phones that have used the proxy or opened its set-up page: how far the "
             "set-up came, which hosts accepted us\n"
             "and which refused us and how, the apps as their agents name themselves, and the "
             "clock. show tells all hosts of one.",
    .rows = rows,
    .after = "A device is an address and a kind of device; ID is as the list says it. Without NAME "
             "the name is taken away.\n"
             "What is kept: 10,000 devices for 400 days, what they did at a host for 90 days.",
};

struct job {
    const char *data, *color;
    bool json;
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;

    (void)e;
    if (strcmp(name, "data") == 0)
        j->data = value;
    else if (strcmp(name, "color") == 0)
        j->color = value;
    else if (strcmp(name, "json") == 0)
        j->json = true;
    return true;
}

enum verb { VERB_LIST, VERB_SHOW, VERB_NAME, VERB_FORGET };

/* What is asked: the verb, the id, the name; the latter two may be NULL. */
struct wish {
    enum verb verb;
    const char *id, *name;
};

static bool wish_read(int n, char **words, struct wish *out, struct err *e)
{
    static const struct {
        const char *word;
        enum verb verb;
        int least, most;
    } verbs[] = {
        {"show", VERB_SHOW, 2, 2}, {"name", VERB_NAME, 2, 3}, {"forget", VERB_FORGET, 2, 2}};

    *out = (struct wish){.verb = VERB_LIST};
    if (n == 0)
        return true;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(words[0], verbs[i].word) != 0)
            continue;
        if (n < verbs[i].least || n > verbs[i].most)
            return err_set(e, ERR_USAGE, "devices %s wants an ID%s; see whytls devices --help",
                words[0], verbs[i].most > 2 ? " and a NAME" : "");
        *out = (struct wish){verbs[i].verb, words[1], n > 2 ? words[2] : ""};
        return true;
    }
    return err_set(
        e, ERR_USAGE, "devices knows no \"%.40s\": write show, name or forget", words[0]);
}

static bool unknown_device(const char *id, struct err *e)
{
    return err_set(e, ERR_USAGE, "no device %.40s; whytls devices lists them", id);
}

static bool is_known(struct device_history *h, const char *id)
{
    size_t n;
    struct device_row *all = roll_devices(h, &n);
    bool known = false;

    for (size_t i = 0; i < n; i++)
        known = known || !strcmp(all[i].id, id);
    mem_free(all);
    return known;
}

static void put_json(const struct wish *w, struct device_history *h, struct passes *p,
    int64_t now_ms, struct text *out)
{
    struct json_out json;

    json_init(&json, out);
    json_object(&json);
    json_put_int(&json, "v", 1);
    device_list_json(h, w->id, now_ms, &json);
    if (!w->id)
        pass_list_json(p, now_ms, &json);
    json_object_end(&json);
    text_add_char(out, '\n');
}

static bool list(const struct job *j, const struct wish *w, struct device_history *h,
    struct passes *p, const struct term *t, struct err *e)
{
    int64_t now_ms = clock_wall_ms(clock_system());
    struct text out = {0};

    if (w->id && !is_known(h, w->id))
        return unknown_device(w->id, e);
    if (j->json) {
        put_json(w, h, p, now_ms, &out);
    } else {
        device_list_write(t, h, w->id, now_ms, &out);
        if (!w->id)
            pass_list_write(p, now_ms, &out);
    }
    fwrite(text_str(&out), 1, out.len, stdout);
    text_fini(&out);
    return true;
}

static bool change(struct database *db, const struct wish *w, struct err *e)
{
    bool known = false;
    bool done = w->verb == VERB_FORGET ? device_rows_forget(db, w->id, &known, e)
                                       : device_rows_name(db, w->id, w->name, &known, e);

    return done && (known || unknown_device(w->id, e));
}

/* No file is no device, and no fault. */
static bool run(const struct job *j, const struct wish *w, const char *path, const struct term *t,
    struct err *e)
{
    int64_t now_ms = clock_wall_ms(clock_system());
    struct device_history *h = device_history_new();
    struct passes *p = passes_new();
    struct database *db = NULL;
    bool done = !file_exists(path) || (db = database_open(path, &schema_memory, DATABASE_VISIT,
                                           now_ms / 1000, e)) != NULL;

    if (done && !db)
        done = w->id ? unknown_device(w->id, e) : list(j, w, h, p, t, e);
    else if (done && (w->verb == VERB_NAME || w->verb == VERB_FORGET))
        done = change(db, w, e);
    else if (done)
        done = device_rows_read(db, h, now_ms, e) && pass_rows_read(db, p, now_ms, e) &&
               list(j, w, h, p, t, e);
    database_close(db);
    device_history_free(h);
    passes_free(p);
    return done;
}

int cmd_devices(int argc, char **argv)
{
    struct job j = {0};
    struct err e = {0};
    struct wish wish;
    struct term t;
    int rest = 0;

    if (!options_parse(&help, argc, argv, take, &j, &rest, &e) ||
        !wish_read(argc - rest, argv + rest, &wish, &e) || !term_init(&t, j.color, &e))
        return fail(&e);
    char *dir = paths_data_dir(j.data, &e);
    if (!dir)
        return fail(&e);
    char *path = database_path(dir, &schema_memory);
    bool done = run(&j, &wish, path, &t, &e);
    mem_free(path);
    mem_free(dir);
    return done ? 0 : fail(&e);
}
