/* To add a fault: one row. */
#include "tests/hunt/fault_kinds.h"

#define RARE "0.5 %|3 %|10 %|25 %"
#define BURSTS                                                                                                         \
    "{'good_to_bad':'2 %','bad_to_good':'30 %'}|{'good_to_bad':'1 %','bad_to_good':'10 %','per':'50 ms'}|"             \
    "{'good_to_bad':'5 %','bad_to_good':'4 %','bad_loss':'60 %','per':'1 s'}"
#define CRASH(step)                                                                                                    \
    "{'host':'$S','when':{'step':'" step "','nth':1}}|{'host':'$S','when':{'step':'" step "','nth':2},"                \
    "'unsynced':'torn'}|{'host':'$S','when':{'step':'" step "'},'unsynced':'kept'}"
#define ACT(action)                                                                                                    \
    "{'server':'$S','to':'$V','action':'" action "','times':1}|{'server':'$S','to':'$V','action':'" action             \
    "','odds':'30 %'}|{'server':'$S','to':'$V','action':'" action "'}"
#define SAY(command, with)                                                                                             \
    "{'server':'$S','to':'" command "','with':'" with "','times':2}|{'server':'$S','to':'" command "','with':'" with   \
    "','odds':'30 %'}|{'server':'$S','to':'" command "','with':'" with "'}"

const struct fault_kind fault_kinds[] = {
    /* links */
    {"loss", BY_LINK, "loss", RARE, EVENT_LINK_DROP, "loss"},
    {"heavy loss", BY_SET, "loss", "40 %|70 %|100 %", EVENT_LINK_DROP, "loss"},
    {"bursts of loss", BY_LINK, "loss", BURSTS, EVENT_LINK_DROP, "loss"},
    {"bursts for a while", BY_SET, "loss", BURSTS, EVENT_LINK_DROP, "loss"},
    {"duplicates", BY_LINK, "duplicate", "1 %|10 %|50 %|100 %", EVENT_LINK_DUPLICATE, ""},
    {"reordering", BY_LINK, "reorder", "2 %|20 %|{'odds':'5 %','by':'200 ms'}", EVENT_LINK_RETIME, "reorder"},
    {"old packets", BY_LINK, "reorder", "{'odds':'3 %','by':'4 min'}|{'odds':'20 %','by':'1 min'}", EVENT_LINK_RETIME,
     "reorder"},
    {"corruption", BY_LINK, "corrupt", "0.5 %|5 %|15 %", EVENT_PACKET_CORRUPT, ""},
    {"heavy corruption", BY_SET, "corrupt", "30 %|60 %", EVENT_PACKET_CORRUPT, ""},
    {"jitter", BY_LINK, "jitter", "2 ms|40 ms|2 s", EVENT_LINK_DELIVER, ""},
    {"narrow links", BY_LINK, "mtu", "1280 B|1400 B", EVENT_PATH_MTU, ""},
    {"full queues", BY_LINK, "queue", "3 kB|1 packets|5 packets|8 kB", EVENT_LINK_DROP, "queue full"},
    {"codel", BY_LINK, "codel", "true|{'target':'1 ms','interval':'20 ms'}", EVENT_LINK_DROP, "codel"},
    {"slow link", BY_SET, "rate", "300 bit/s|9600 bit/s|64 kbit/s", EVENT_LINK_VALUE, "rate"},
    {"long way", BY_SET, "delay", "1 s|20 s|3 min", EVENT_LINK_VALUE, "delay"},
    {"cut", BY_FAULT, "cut_link", "{'link':'$L'}", EVENT_LINK_STATE, "cut"},
    {"cut one way", BY_FAULT, "cut_link", "{'link':'$L','toward':'$E'}", EVENT_LINK_STATE, "cut"},
    {"mute ICMP", BY_FAULT, "mute_icmp", "{'host':'$R'}|{'host':'$H'}", EVENT_HOST_ICMP, "muted"},
    {"silent router", BY_ROUTER, "icmp", "false", EVENT_LINK_SEND, ""},
    {"fragments", BY_HOST, "path_mtu_discovery", "false", EVENT_PACKET_FRAGMENT, ""},
    {"one packet lost", BY_COUNT, "drop",
     "{'link':'$L','toward':'$E','tag':'$T','nth':1}|"
     "{'tag':'$T','nth':1,'count':3}|{'link':'$L','tag':'$T','nth':2,'count':2}",
     EVENT_LINK_DROP, "exact"},
    /* hosts */
    {"stop", BY_FAULT, "stop_host", "{'host':'$S'}|{'host':'$H'}|{'host':'$H','unsynced':'torn'}", EVENT_HOST_STATE,
     "stopped by the scenario"},
    {"crash: written", BY_STEP, "stop_host", CRASH("written"), EVENT_HOST_STATE, "step: written"},
    {"crash: synced", BY_STEP, "stop_host", CRASH("synced"), EVENT_HOST_STATE, "step: synced"},
    {"crash: committed", BY_STEP, "stop_host", CRASH("committed"), EVENT_HOST_STATE, "step: committed"},
    {"crash: before 250", BY_STEP, "stop_host", CRASH("before 250"), EVENT_HOST_STATE, "step: before 250"},
    {"crash: after 250", BY_STEP, "stop_host", CRASH("after 250"), EVENT_HOST_STATE, "step: after 250"},
    {"crash: handed over", BY_STEP, "stop_host", CRASH("handed over"), EVENT_HOST_STATE, "step: handed over"},
    {"crash: marked done", BY_STEP, "stop_host", CRASH("marked done"), EVENT_HOST_STATE, "step: marked done"},
    {"crash: bounce written", BY_STEP, "stop_host", CRASH("bounce written"), EVENT_HOST_STATE, "step: bounce written"},
    {"torn file", BY_STEP, "stop_host", "{'host':'$S','when':{'step':'written'},'unsynced':'torn'}", EVENT_MAIL_ASIDE,
     ""},
    {"disk takes time", BY_HOST, "disk",
     "{'write':'1 ms','sync':'5 ms'}|{'write':'10 ms','sync':'300 ms','rename':'10 ms',"
     "'read':'1 s'}|{'sync':'20 s'}",
     EVENT_MAIL_COMMIT, ""},
    {"disk full", BY_FAULT, "disk", "{'host':'$S','full':true}|{'host':'$S','full':'2 kB'}", EVENT_HOST_TROUBLE,
     "full"},
    {"disk broken", BY_FAULT, "disk",
     "{'host':'$S','error':'read-only'}|{'host':'$S','error':'write'}|"
     "{'host':'$S','error':'sync'}",
     EVENT_HOST_TROUBLE, "as the scenario has it"},
    {"disk slow", BY_FAULT, "disk", "{'host':'$S','slow':100}|{'host':'$S','slow':10000}", EVENT_HOST_TROUBLE,
     "slower"},
    {"queue wiped", BY_FAULT, "disk", "{'host':'$S','wipe':'queue'}|{'host':'$S','wipe':'all'}", EVENT_HOST_STATE,
     "its disk is lost"},
    {"slow host", BY_FAULT, "slow",
     "{'host':'$S','factor':100}|{'host':'$H','factor':10000}|{'host':'$C','factor':1000}", EVENT_HOST_TROUBLE,
     "slower"},
    {"pause", BY_FAULT, "pause", "{'host':'$S'}|{'host':'$H'}", EVENT_HOST_TROUBLE, "paused"},
    {"wrong clock", BY_FAULT, "clock",
     "{'host':'$S','ahead':'1 h'}|{'host':'$S','behind':'1 h'}|"
     "{'host':'$S','fast':'10 %'}|{'host':'$S','slow':'10 %'}|{'host':'$S','ahead':'365 d'}",
     EVENT_HOST_TROUBLE, "as the scenario has it"},
    /* servers */
    {"421 at each command", BY_FAULT, "reply", SAY("$V", "421 4.3.2 shutting down"), EVENT_SMTP_LINE, "shutting down"},
    {"450 to commands", BY_FAULT, "reply", SAY("$V", "450 4.7.1 not now"), EVENT_SMTP_LINE, "not now"},
    {"550 to a mail", BY_FAULT, "reply", SAY("$W", "550 5.7.1 never ever"), EVENT_SMTP_LINE, "never ever"},
    {"552 to one recipient", BY_FAULT, "reply",
     "{'server':'$S','to':'RCPT','with':'552 5.2.2 no room at all','rcpt':'$M'}", EVENT_SMTP_LINE, "no room at all"},
    {"close", BY_FAULT, "reply", ACT("close"), EVENT_SMTP_RULE, "closes"},
    {"reset", BY_FAULT, "reply", ACT("reset"), EVENT_SMTP_RULE, "resets"},
    {"silence", BY_FAULT, "reply", ACT("silence"), EVENT_SMTP_RULE, "says nothing more"},
    {"garbage", BY_FAULT, "reply", ACT("garbage"), EVENT_SMTP_RULE, "is no reply"},
    {"endless reply", BY_FAULT, "reply", "{'server':'$S','to':'$V','action':'endless','times':1}", EVENT_SMTP_RULE,
     "has no end"},
    {"drip", BY_FAULT, "reply", ACT("drip"), EVENT_SMTP_RULE, "octet at a time"},
    {"two replies", BY_FAULT, "reply", ACT("twice"), EVENT_SMTP_RULE, "everything twice"},
    {"thrown away", BY_FAULT, "reply", "{'server':'$S','to':'.','action':'discard','times':1}", EVENT_SMTP_RULE,
     "thrown away"},
    {"greylisting", BY_SERVER, "greylisting", "true|{'delay':'20 s'}|{'delay':'1 h','retry_window':'4 h'}",
     EVENT_SMTP_RULE, "greylisting"},
    {"tarpit", BY_SERVER, "tarpit",
     "{'command':'5 s'}|{'greeting':'4 min','error':'10 s'}|{'greeting':'6 s',"
     "'early_talkers':'refuse'}|{'command':'2 min'}",
     EVENT_SMTP_RULE, "tarpit"},
    {"limits of clients", BY_SERVER, "client_limits",
     "{'at_once':1}|{'connections':2}|{'mails':1}|{'recipients':1}|"
     "{'errors':1}|{'at_once':2,'connections':3,'mails':2,'recipients':3,'errors':2}",
     EVENT_SMTP_RULE, "too many"},
    {"full mailbox", BY_SERVER, "mailbox_limit", "{'size':'2 kB'}|{'mails':1}|{'mails':1,'reply':'552 5.2.2 Full'}",
     EVENT_SMTP_RULE, "mailbox full"},
    {"refused content", BY_SERVER, "refuse_content",
     "[{'odds':'30 %'}]|[{'contains':'watches'}]|"
     "[{'odds':'60 %','reply':'451 4.7.1 maybe later'}]",
     EVENT_SMTP_RULE, "content"},
    {"refused sender", BY_SERVER, "refuse_senders", "['u0@a.example']|['@b.example']|['u1@c.example']", EVENT_SMTP_RULE,
     "sender"},
    {"unknown users later", BY_SERVER, "unknown_users", "later", EVENT_SMTP_LINE, "no such user"},
    {"backscatter", BY_SERVER, "unknown_users", "accept", EVENT_MAIL_REPORT, "failed"},
};
const size_t n_fault_kinds = sizeof fault_kinds / sizeof *fault_kinds;
