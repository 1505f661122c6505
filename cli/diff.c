/* Myers' greedy algorithm over lines. Beyond EDITS edits the middle is shown as wholly replaced: still a right patch.
 */
#include "cli/diff.h"

#include "core/arena.h"

#define EDITS   1000
#define CONTEXT 3

struct lines {
    struct jn_str *line; /* with their ends */
    int n;
};

struct differ {
    struct jn_arena arena;
    struct lines a, b;
    bool *gone, *come; /* of a, of b */
};

static struct lines split(struct jn_arena *arena, struct jn_str text) {
    struct lines out = {0};
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    out.line = JN_NEW_ARRAY(arena, struct jn_str, n);
    while (text.n > 0) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t length = end == NULL ? text.n : (size_t)(end - text.p) + 1;
        out.line[out.n++] = jn_str_sub(text, 0, length);
        text = jn_str_sub(text, length, text.n);
    }
    return out;
}

/* Walks back through the furthest points of each round and marks what was taken out and put in. */
static void mark(struct differ *d, int *const *furthest, int rounds, int from, int a_end, int b_end) {
    int x = a_end, y = b_end;
    for (int round = rounds; round > 0; round--) {
        const int *v = furthest[round - 1] + EDITS + 1;
        int k = (x - from) - (y - from);
        bool down = k == -round || (k != round && v[k - 1] < v[k + 1]);
        int before = down ? v[k + 1] : v[k - 1];
        int before_y = before - (down ? k + 1 : k - 1);
        if (down)
            d->come[from + before_y] = true;
        else
            d->gone[from + before] = true;
        x = from + before;
        y = from + before_y;
    }
}

/* From line `from` of both up to a_end and b_end. False when there are too many edits. */
static bool compare(struct differ *d, int from, int a_end, int b_end) {
    int n = a_end - from, m = b_end - from;
    int **furthest = JN_NEW_ARRAY(&d->arena, int *, EDITS + 1);
    int *v = JN_NEW_ARRAY(&d->arena, int, 2 * EDITS + 3) + EDITS + 1;
    for (int round = 0; round <= EDITS; round++) {
        for (int k = -round; k <= round; k += 2) {
            bool down = k == -round || (k != round && v[k - 1] < v[k + 1]);
            int x = round == 0 ? 0 : down ? v[k + 1] : v[k - 1] + 1, y = x - k;
            while (x < n && y < m && y >= 0 && jn_str_eq(d->a.line[from + x], d->b.line[from + y])) {
                x++;
                y++;
            }
            v[k] = x;
            if (x < n || y < m) continue;
            mark(d, furthest, round, from, a_end, b_end);
            return true;
        }
        furthest[round] = jn_arena_copy(&d->arena, v - EDITS - 1, (2 * EDITS + 3) * sizeof *v);
    }
    return false;
}

static void print_line(char sign, struct jn_str line, struct jn_buf *out) {
    jn_buf_char(out, sign);
    jn_buf_str(out, line);
    if (!jn_str_ends(line, JN_STR("\n"))) jn_buf_z(out, "\n\\ No newline at end of file\n");
}

static bool changes_at(const struct differ *d, int i, int j) {
    return (i < d->a.n && d->gone[i]) || (j < d->b.n && d->come[j]);
}

static void print_same(const struct differ *d, int *i, int *j, int n, struct jn_buf *out) {
    for (; n > 0; n--, ++*i, ++*j)
        print_line(' ', d->a.line[*i], out);
}

static void print_changes(const struct differ *d, int *i, int *j, struct jn_buf *out) {
    while (*i < d->a.n && d->gone[*i])
        print_line('-', d->a.line[(*i)++], out);
    while (*j < d->b.n && d->come[*j])
        print_line('+', d->b.line[(*j)++], out);
}

/* The hunk around the change at (i, j); moves both behind it. Changes that are near one another share a hunk. */
static void print_hunk(const struct differ *d, int *i, int *j, struct jn_buf *out) {
    int lead = *i < *j ? *i : *j;
    if (lead > CONTEXT) lead = CONTEXT;
    int a = *i -= lead, b = *j -= lead;
    struct jn_buf lines;
    jn_buf_init(&lines, SIZE_MAX);
    print_same(d, i, j, lead, &lines);
    for (;;) {
        int same = 0;
        print_changes(d, i, j, &lines);
        while (*i + same < d->a.n && *j + same < d->b.n && !changes_at(d, *i + same, *j + same))
            same++;
        bool near = same <= 2 * CONTEXT && changes_at(d, *i + same, *j + same);
        print_same(d, i, j, near || same < CONTEXT ? same : CONTEXT, &lines);
        if (!near) break;
    }
    int n = *i - a, m = *j - b;
    jn_buf_printf(out, "@@ -%d,%d +%d,%d @@\n", n > 0 ? a + 1 : a, n, m > 0 ? b + 1 : b, m);
    jn_buf_str(out, jn_buf_view(&lines));
    jn_buf_release(&lines);
}

static void print_hunks(const struct differ *d, struct jn_buf *out) {
    for (int i = 0, j = 0; i < d->a.n || j < d->b.n;) {
        if (changes_at(d, i, j)) {
            print_hunk(d, &i, &j, out);
        } else {
            i++;
            j++;
        }
    }
}

void cli_diff(struct jn_str path, struct jn_str before, struct jn_str after, struct jn_buf *out) {
    struct differ d;
    if (jn_str_eq(before, after)) return;
    jn_arena_init(&d.arena);
    d.a = split(&d.arena, before);
    d.b = split(&d.arena, after);
    d.gone = JN_NEW_ARRAY(&d.arena, bool, (size_t)d.a.n + 1);
    d.come = JN_NEW_ARRAY(&d.arena, bool, (size_t)d.b.n + 1);
    int from = 0, a_end = d.a.n, b_end = d.b.n;
    while (from < a_end && from < b_end && jn_str_eq(d.a.line[from], d.b.line[from]))
        from++;
    while (a_end > from && b_end > from && jn_str_eq(d.a.line[a_end - 1], d.b.line[b_end - 1])) {
        a_end--;
        b_end--;
    }
    if (!compare(&d, from, a_end, b_end)) {
        memset(d.gone + from, true, (size_t)(a_end - from));
        memset(d.come + from, true, (size_t)(b_end - from));
    }
    jn_buf_printf(out, "--- %.*s\n+++ %.*s\n", JN_FMT(path), JN_FMT(path));
    print_hunks(&d, out);
    jn_arena_release(&d.arena);
}
