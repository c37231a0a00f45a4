/* Any line gives an error or a flow; a flow can be written again, and that be read. */
#include <stdint.h>
#include <stdlib.h>

#include "base/json_out.h"
#include "base/text.h"
#include "flow/flow.h"
#include "flow/flow_json.h"
#include "flow/flow_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct flow *f = flow_read((const char *)data, size, &e), *again;
    struct text line = {0};
    struct json_out json;

    if (!f) {
        if (e.kind == ERR_NONE)
            abort();
        return 0;
    }
    json_init(&json, &line);
    flow_json(f, &json);
    again = flow_read(line.at, line.len, &e);
    if (!again && line.len <= FLOW_LINE_MOST)
        abort();
    flow_free(again);
    flow_free(f);
    text_fini(&line);
    return 0;
}
