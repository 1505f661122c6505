#include "cli/simulate/place.h"

struct place_scan {
    struct jn_str text;
    size_t at;
    unsigned line, found;
    const struct sim_path *path;
};

static struct jn_str place_string(struct place_scan *s) {
    size_t from = ++s->at;
    while (s->at < s->text.n && s->text.p[s->at] != '"')
        s->at += s->text.p[s->at] == '\\' ? 2 : 1;
    struct jn_str found = jn_str_sub(s->text, from, s->at - from);
    s->at++;
    return found;
}

unsigned sim_path_line(struct jn_str text, const struct sim_path *path) {
    struct place_scan s = {.text = text, .line = 1, .found = 1, .path = path};
    unsigned depth = 0, matched = 0; /* keys of the path that enclose us */
    bool key = false;                /* a text that comes now is a key */
    unsigned lists[64] = {0};        /* by depth: whether it is a list */
    unsigned levels = 0;             /* objects that are open */
    while (s.at < text.n && matched < path->n) {
        char c = text.p[s.at];
        if (c == '"') {
            struct jn_str word = place_string(&s);
            if (key && levels == matched + 1 && jn_str_eq(word, path->key[matched])) {
                s.found = s.line;
                matched++;
            }
            key = false;
            continue;
        }
        if (c == '\n') s.line++;
        if ((c == '{' || c == '[') && depth < 63) lists[++depth] = c == '[';
        if (c == '{') levels++;
        if (c == '}') {
            if (matched >= levels) return s.found; /* the object that the last key opened is over */
            levels--;
        }
        if ((c == '}' || c == ']') && depth > 0) depth--;
        if (c == '{' || c == ',') key = depth > 0 && !lists[depth];
        s.at++;
    }
    return s.found;
}
