#include "unseen.h"

#include <string.h>

#define UNSEEN(id, why) {id, why},
static const struct unseen rows[] = {
#include "unseen.def"
};
#undef UNSEEN

const struct unseen *unseen_causes(size_t *n)
{
    *n = sizeof rows / sizeof *rows;
    return rows;
}

const char *unseen_why(const char *cause)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].cause, cause))
            return rows[i].why;
    return NULL;
}
