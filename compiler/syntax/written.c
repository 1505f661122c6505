/* The scanner alone, for the formatter: which words stand where, and in which set. */
#include "compiler/syntax/grammar.h"
#include "compiler/syntax/parser.h"
#define YYSTYPE JC_YYSTYPE
#define YYLTYPE JC_YYLTYPE
#include "compiler/syntax/scanner.h"

static void add(struct jn_arena *arena, struct jc_written **list, uint32_t *n, struct jc_written written) {
    if ((*n & (*n - 1)) == 0) { /* full at every power of two */
        struct jc_written *more = JN_NEW_ARRAY(arena, struct jc_written, *n == 0 ? 1 : (size_t)*n * 2);
        if (*n > 0) memcpy(more, *list, *n * sizeof *more);
        *list = more;
    }
    (*list)[(*n)++] = written;
}

jn_rc jc_words_written(struct jn_arena *arena, struct jn_str text, struct jc_written **out, uint32_t *n,
                       struct jn_err *err) {
    struct jc_source source = {JN_STR(""), text, JC_READ};
    struct jc_diags ignored; /* the source has no mistakes */
    struct jc_parser parser = {.diags = &ignored, .arena = arena, .text = text, .line = 1, .column = 1};
    yyscan_t scanner;
    uint32_t line = 0;
    *n = 0;
    jc_diags_init(&ignored, arena, &source, 1);
    parser.comments_end = &parser.comments;
    parser.words = jc_words_new(arena);
    if (jc_yylex_init_extra(&parser, &scanner) != 0) return jn_fail(err, JN_INTERNAL, "the scanner cannot be made");
    size_t skip = jn_str_starts(text, JN_STR("\xEF\xBB\xBF")) ? 3 : 0;
    parser.offset = (uint32_t)skip;
    jc_yy_scan_bytes(text.p + skip, (int)(text.n - skip), scanner);
    for (;;) {
        JC_YYSTYPE value;
        struct jc_span span;
        parser.word = NULL;
        int token = jc_yylex(&value, &span, scanner);
        if (token == JC_YYEOF) break;
        if (line == 0) line = span.line;
        if (parser.word != NULL)
            add(arena, out, n, (struct jc_written){{parser.word->token[0], parser.word->token[1]}, span, line});
        else if (token == REENTER || token == IS_NOT || token == IS_NOW || token == NOT_IN || token == IN_THE_LAST ||
                 token == TIME_SINCE || token == EVERY_DAY || token == FIRST_OF || token == LAST_OF)
            add(arena, out, n, (struct jc_written){{token, 0}, span, line});
        if (token == NL) line = 0;
    }
    jc_yylex_destroy(scanner);
    return JN_OK;
}
