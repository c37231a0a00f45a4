#include "table_priv.h"

#include "base/mem.h"
#include "diagnosis/board.h"

/* In the flow's arena, on its board. */
struct board_pin {
    struct board_pin *next;
    struct table *table;
};

struct table *table_new(void)
{
    struct table *t = mem_new(sizeof *t);

    lexicon_init(&t->lexicon);
    for (size_t m = 0; m < N_MOMENTS; m++)
        t->last[m] = &t->turns[m];
    return t;
}

static void turns_free(struct turn *t)
{
    while (t) {
        struct turn *next = t->next;

        filter_fini(&t->filter);
        mem_free(t);
        t = next;
    }
}

void table_free(struct table *t)
{
    if (!t)
        return;
    for (size_t m = 0; m < N_MOMENTS; m++)
        turns_free(t->turns[m]);
    while (t->owned) {
        struct owned *one = t->owned;

        t->owned = one->next;
        one->drop(one->thing);
        mem_free(one);
    }
    for (size_t i = 0; i < t->n_seats; i++)
        mem_free(t->seats[i]);
    mem_free(t->seats);
    lexicon_fini(&t->lexicon);
    mem_free(t);
}

void table_add(struct table *t, const struct listener *l)
{
    struct seat *seat = mem_new(sizeof *seat);

    seat->listener = *l;
    seat->watch.id = l->id;
    t->seats = mem_resize(t->seats, (t->n_seats + 1) * sizeof *t->seats);
    t->seats[t->n_seats++] = seat;
    for (size_t m = 0; m < N_MOMENTS; m++) {
        if (!l->wakes[m])
            continue;
        struct turn *turn = mem_new(sizeof *turn);

        turn->seat = seat;
        filter_init(&turn->filter, l->wakes[m], &t->lexicon);
        *t->last[m] = turn;
        t->last[m] = &turn->next;
    }
}

void table_own(struct table *t, void *thing, void (*drop)(void *thing))
{
    struct owned *one = mem_new(sizeof *one);

    *one = (struct owned){t->owned, thing, drop};
    t->owned = one;
}

void table_pin(struct table *t, struct flow *f)
{
    for (const struct board_pin *pin = f->board->pins; pin; pin = pin->next)
        if (pin->table == t)
            return;
    struct board_pin *pin = arena_new(&f->arena, sizeof *pin);

    *pin = (struct board_pin){f->board->pins, t};
    f->board->pins = pin;
    t->n_flows++;
}

void table_unpin_all(struct flow *f)
{
    if (!f->board)
        return;
    for (const struct board_pin *pin = f->board->pins; pin; pin = pin->next)
        pin->table->n_flows--;
    f->board->pins = NULL;
}
