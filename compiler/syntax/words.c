/* The tables of words, searched by spelling. */
#include "compiler/syntax/words.h"

#include "compiler/syntax/grammar.h"
#include "core/civil.h"
#include "core/hash.h"

#define WORD(z)                                                                                                        \
    { z, sizeof(z) - 1 }

static const struct jc_word rows[] = {
#define KEYWORD(token, en, zh, soft)  {WORD(en), WORD(zh), {token, 0}, soft, false},
#define PHRASE(en, zh, first, second) {WORD(en), WORD(zh), {first, second}, false, true},
#define ALSO(zh, token)               {WORD(""), WORD(zh), {token, 0}, false, false},
#include "compiler/syntax/keywords.def"
#undef KEYWORD
#undef PHRASE
#undef ALSO
};
#define ROWS  (sizeof rows / sizeof *rows)
#define SLOTS 1024 /* a power of two, several times the words */

static const struct jc_builtin builtins[] = {
#define BUILTIN(en, zh) {WORD(en), WORD(zh)},
#include "compiler/syntax/builtins.def"
#undef BUILTIN
};

static const struct jc_unit_word units[] = {
#define UNIT(en, zh, unit, factor) {WORD(en), WORD(zh), JN_UNIT_##unit, factor},
#include "compiler/syntax/units.def"
#undef UNIT
};

struct jc_words {
    uint16_t slot[SLOTS]; /* row + 1; 0: free */
};
_Static_assert(ROWS * 3 < SLOTS, "the table of words is too full");

const struct jc_word *jc_word_row(uint32_t i) {
    return i < ROWS ? &rows[i] : NULL;
}

static bool is_row(const struct jc_word *row, struct jn_str word) {
    return jn_str_eq(row->zh, word) || (!row->phrase && jn_str_eq(row->en, word));
}

static void put(struct jc_words *words, struct jn_str word, size_t row) {
    size_t at = (size_t)jn_hash64(word) & (SLOTS - 1);
    if (word.n == 0) return;
    while (words->slot[at] != 0)
        at = (at + 1) & (SLOTS - 1);
    words->slot[at] = (uint16_t)(row + 1);
}

const struct jc_words *jc_words_new(struct jn_arena *arena) {
    struct jc_words *words = JN_NEW(arena, struct jc_words);
    for (size_t i = 0; i < ROWS; i++) {
        if (!rows[i].phrase) put(words, rows[i].en, i);
        put(words, rows[i].zh, i);
    }
    return words;
}

const struct jc_word *jc_word_find(const struct jc_words *words, struct jn_str word) {
    for (size_t at = (size_t)jn_hash64(word) & (SLOTS - 1); words->slot[at] != 0; at = (at + 1) & (SLOTS - 1))
        if (is_row(&rows[words->slot[at] - 1], word)) return &rows[words->slot[at] - 1];
    return NULL;
}

const struct jc_builtin *jc_builtin_find(struct jn_str name) {
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
        if (jn_str_eq(builtins[i].en, name) || jn_str_eq(builtins[i].zh, name)) return &builtins[i];
    return NULL;
}

/* The first row of a unit is how it is written. */
const struct jc_unit_word *jc_unit_word(struct jn_str word) {
    const struct jc_unit_word *first = units;
    if (jn_str_ends(word, JN_STR("s"))) word.n--;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!jn_str_eq(units[i].en, first->en)) first = &units[i];
        if (jn_str_eq(units[i].en, word) || jn_str_eq(units[i].zh, word)) return first;
    }
    return NULL;
}
