/* bench/plugins.c - what the shipped plugins cost a flow: plugins FOLDER COUNTRY.mmdb [FLOWS].
 * Under callgrind the difference of two counts of flows is the figure; see README.md. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "plugin/plugins.h"

enum { FLOWS = 1000 };

/* Chrome's, as one of the published vectors has it, with GREASE. */
static const char numbers[] =
    "771,2570-4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,6682-45-"
    "51-16-65037-23-17613-0-11-10-43-65281-35-18-5-13-27-14906,19018-4588-29-23-24,0";

static struct flow *flow_made(size_t i)
{
    struct flow *f = flow_new("x", 0);
    struct text address = {0};

    text_printf(&address, "%zu.%zu.%zu.%zu", 1 + i % 200, i / 3 % 256, i * 7 % 256, i * 13 % 256);
    f->client->ja4 = "t13d1516h2_8daaf6152771_d8a2da3f94cd";
    f->client_leg = FLOW_MAKE(f, client_leg);
    f->client_leg->hello->numbers = numbers;
    f->server_leg = FLOW_MAKE(f, server_leg);
    f->server_leg->address = flow_text(f, text_str(&address));
    text_fini(&address);
    return f;
}

static void flows_pass(struct hooks *h, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct flow *f = flow_made(i);

        hook_fire(h, MOMENT_HELLO, f, NULL);
        hook_fire(h, MOMENT_JUDGED, f, NULL);
        flow_free(f);
    }
}

int main(int argc, char **argv)
{
    struct plugin_given country = {.plugin = "geo",
        .name = "country",
        .kind = GIVEN_TEXT,
        .text = argc > 2 ? argv[2] : NULL,
        .where = "bench"};
    const char *folders[] = {argc > 1 ? argv[1] : "", NULL};
    size_t n = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : FLOWS;
    struct plugins *all;
    struct err e = {0};

    if (argc < 3) {
        fprintf(stderr, "usage: plugin_bench FOLDER COUNTRY.mmdb [FLOWS]\n");
        return 2;
    }
    if (!plugins_load(&(struct plugins_config){.folders = folders, .given = &country, .n_given = 1},
            &all, &e)) {
        fprintf(stderr, "plugin_bench: %s\n", e.text);
        return 2;
    }
    for (size_t p = 0; p < plugins_count(all); p++) {
        struct hooks *h = hooks_new();

        if (!plugins_listens(all, p)) {
            hooks_free(h);
            continue;
        }
        plugins_attach(all, p, h);
        int64_t began_ms = clock_steady_ms(clock_system());

        flows_pass(h, n);
        printf("%-12s %zu flows in %lld ms\n", plugins_name(all, p), n,
            (long long)(clock_steady_ms(clock_system()) - began_ms));
        hooks_free(h);
    }
    plugins_free(all);
    return 0;
}
