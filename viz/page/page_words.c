/* The words of the page itself, by the names that its program knows them by. To add one: a row here. */
#include "sim/journal/tr.h"
#include "viz/page/page_internal.h"

static const struct {
    const char *name, *english;
} words[] = {
    {"map", "Map"},
    {"ladder", "Ladder: who sends what to whom"},
    {"dialogue", "Dialogue: what is said"},
    {"queue", "Queues"},
    {"why", "Why late"},
    {"names", "DNS"},
    {"play", "play"},
    {"pause", "pause"},
    {"back", "one event back"},
    {"forward", "one event forward"},
    {"slower", "slower"},
    {"faster", "faster"},
    {"theme", "light or dark"},
    {"help", "keys"},
    {"time", "time"},
    {"close", "close"},
    {"timeOfDay", "%s on %s"},
    {"day0", "Thursday"}, /* as 1970-01-01 */
    {"day1", "Friday"},
    {"day2", "Saturday"},
    {"day3", "Sunday"},
    {"day4", "Monday"},
    {"day5", "Tuesday"},
    {"day6", "Wednesday"},
    {"lost", "lost"},
    {"notTaken", "not taken"},
    {"seed", "seed"},
    {"begin", "Press the space bar, and the journey begins."},
    {"silence", "Nobody has said anything yet."},
    {"noMail", "Nobody writes a mail in this run."},
    {"noPacket", "No packet is on its way."},
    {"pass", "%s pass"},
    {"oneOf", "1 packet of %zu is drawn"},
    {"together", "%u packets"},
    {"to", "to"},
    {"size", "bytes on the wire"},
    {"arrived", "arrived"},
    {"onItsWay", "on its way"},
    {"because", "Because"},
    {"attempts", "Attempts"},
    {"nextTry", "next try"},
    {"nextTryIn", "next try in"},
    {"down", "down"},
    {"linkDown", "link down"},
    {"oneWay", "down one way"},
    {"outbox", "outbox"},
    {"inQueue", "queue"},
    {"mailbox", "mailbox"},
    {"read", "read"},
    {"copies", ", %u copies"},
    {"notSent", "not sent"},
    {"subject", "subject"},
    {"from", "from"},
    {"recipients", "recipients"},
    {"address", "address"},
    {"enlarge", "show this alone, or all"},
    {"withoutPackets", "This run has too many packets for a page: the page tells its mails, dialogues and faults."},
    {"withoutLines", "This run is too long for a page: the page tells its mails and faults."},
    {"keySpace", "play, pause"},
    {"keyArrows", "one event back, forward"},
    {"keyPackets", "one packet back, forward"},
    {"keyPages", "one line of the dialogue back, forward"},
    {"keyMails", "one change of a mail back, forward"},
    {"keyUpDown", "faster, slower"},
    {"keyEnds", "the beginning, the end"},
    {"keyLook", "look closely at what happens now"},
    {"keyCause", "go to its cause"},
    {"reached", "%s reached %s after %s"},
    {"notReached", "%s has not reached %s in %s"},
    {"shorter", "%s shorter ones, together"},
    {"noWhy", "There is no mail whose time could be told."},
    {"noName", "No name has been asked for yet."},
    {"remembers", "%s remembers, and for how long still"},
    {"nothingKnown", "Nobody remembers any name now."},
    {"whichMail", "of which mail"},
    {"front", "show this here; once more: alone"},
    {"keyViews", "map, dialogue, ladder, queues, why late or DNS alone; once more: all"},
    {"keyTheme", "light or dark"},
    {"keyEscape", "close"},
    {"mouse",
     "With the mouse: click anything to look at it closely; drag the time line; press a heading to enlarge a view."},
};

void page_write_words(struct page_writer *out)
{
    page_list_begin(out, "words");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        page_row_begin(out);
        page_text(out, words[i].name);
        page_text(out, tr(words[i].english));
        page_row_end(out);
    }
    page_list_end(out);
}
