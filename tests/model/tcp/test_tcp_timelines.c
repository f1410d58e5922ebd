/* Plays every timeline in timelines/; and plants wrong expectations, which must be caught. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/tcp/timeline.h"

#define FOLDER POSTROAD_SOURCE_DIR "/tests/model/tcp/timelines"

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s cannot be read", path);
    char *text = calloc(1, 65536);
    size_t n = fread(text, 1, 65535, file);
    cr_assert_lt(n, 65535u);
    fclose(file);
    return text;
}

static int is_timeline(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end && strcmp(end, ".tcp") == 0;
}

Test(timelines, each_holds_and_says_first_which_rule_of_which_rfc_it_is_about)
{
    struct dirent **entries;
    int n = scandir(FOLDER, &entries, is_timeline, alphasort);
    cr_assert_geq(n, 120);
    for (int i = 0; i < n; i++) {
        char path[1024], message[1024], head[300];
        snprintf(path, sizeof path, "%s/%s", FOLDER, entries[i]->d_name);
        snprintf(head, sizeof head, "# %s -- RFC ", entries[i]->d_name);
        char *text = read_whole(path);
        cr_expect(strncmp(text, head, strlen(head)) == 0, "%s: the first line begins with \"%s\"", path, head);
        cr_expect(timeline_play(path, text, message, sizeof message), "%s", message);
        free(text);
        free(entries[i]);
    }
    free(entries);
}

static void assert_caught(const char *text, const char *expected)
{
    char message[1024];
    cr_assert_not(timeline_play("planted.tcp", text, message, sizeof message), "not caught: %s", expected);
    cr_assert_str_eq(message, expected);
}

Test(timelines, a_wrong_expectation_is_caught_with_its_line)
{
#define BEGIN "given established cwnd 4000\n+0 app writes 2000\n"
    assert_caught(BEGIN "+0 > 1:1001\n",
                  "planted.tcp:3: expected nothing to be sent, got 1001:2001 ack 1 win 65535 mss 0 "
                  "x1 \"new data\" at 0.000000 s");
    assert_caught(
        BEGIN "+0 > 1:1001 1001:1999\n",
        "planted.tcp:3: expected 1:1001 1001:1999 at 0.000000 s, got for number 2: 1001:2001 ack 1 win 65535 mss 0 x1 "
        "\"new data\" at 0.000000 s");
    assert_caught(BEGIN "+0 > 1:1001 1001:2001 2001:3001\n",
                  "planted.tcp:3: expected 1:1001 1001:2001 2001:3001, got nothing for number 3");
    assert_caught(BEGIN "+0 > 1:1001 1001:2001\n+900ms > 1:1001\n",
                  "planted.tcp:4: expected 1:1001, got nothing for number 1");
    assert_caught(BEGIN "+0 > 1:1001 1001:2001\n+1100ms > 1:1001\n",
                  "planted.tcp:4: expected 1:1001 at 1.100000 s, got for number 1: 1:1001 ack 1 win 65535 mss 0 x2 "
                  "\"retransmission timeout\" at 1.000000 s");
    assert_caught(BEGIN "+0 > 1:1001 1001:2001\n+0 = cwnd 4001\n", "planted.tcp:4: expected cwnd 4001, got 4000");
    assert_caught(BEGIN "+0 > 1:1001 1001:2001\n+0 = rto 2s\n", "planted.tcp:4: expected rto 2s, got 1.000000000 s");
    assert_caught(BEGIN "+0 > 1:1001 1001:2001\n+0 = state CLOSED\n",
                  "planted.tcp:4: expected state CLOSED, got ESTABLISHED");
    assert_caught(BEGIN "+0 > 1:1001 1001:2001\n+0 = news EOF\n", "planted.tcp:4: expected news EOF, got none");
    assert_caught(BEGIN "+0 > 1:1001 FIN 1001:2001\n",
                  "planted.tcp:3: expected 1:1001 FIN 1001:2001 at 0.000000 s, got for number 2: 1001:2001 ack 1 win "
                  "65535 mss 0 x1 \"new data\" at 0.000000 s");
    assert_caught("given listening\n+0 < SYN\n+0 > SYN 0:0 ack 1\n+0 < ack 1\n+0 app closes\n+0 > FIN 1:1\n"
                  "+0 < FIN 1:1 ack 2\n+0 > 2:2 ack 2\n+0 < SYN 2:2\n+0 > SYN 0:0 ack 1\n+0 = incarnation 1\n",
                  "planted.tcp:11: expected incarnation 1, got 2");
    assert_caught("given established\n+0 sings\n",
                  "planted.tcp:2: after the time comes app, icmp, <, > or =; got \"sings\"");
    assert_caught("given established\n+0 = height 3\n", "planted.tcp:2: \"height\" is nothing that can be asked");
    assert_caught("given sleepy\n", "planted.tcp:1: given closed, listening or established; got \"sleepy\"");
    assert_caught("+0 app opens\n", "planted.tcp:1: the first line says what is given");
}
