/* The words of keywords.def. */
#include "compiler/syntax/grammar.h"
#include "compiler/syntax/parser.h"

static const struct keyword {
    struct jn_str word;
    int token;
    bool soft;
} rows[] = {
#define KEYWORD(token, word, soft) {{word, sizeof(word) - 1}, token, soft},
#include "compiler/syntax/keywords.def"
#undef KEYWORD
};

static const struct keyword *find(struct jn_str word) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (jn_str_eq(word, rows[i].word)) return &rows[i];
    return NULL;
}

int jc_keyword(struct jn_str word) {
    const struct keyword *row = find(word);
    return row == NULL ? 0 : row->token;
}

bool jc_keyword_is_soft(struct jn_str word) {
    const struct keyword *row = find(word);
    return row != NULL && row->soft;
}
