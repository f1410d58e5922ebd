/* To add a fault: one row. */
#include "tests/hunt/fault_kinds.h"

#define RARE "0.5 %|3 %|10 %|25 %"
#define BURSTS                                                                                                         \
    "{'good_to_bad':'2 %','bad_to_good':'30 %'}|{'good_to_bad':'1 %','bad_to_good':'10 %','per':'50 ms'}|"             \
    "{'good_to_bad':'5 %','bad_to_good':'4 %','bad_loss':'60 %','per':'1 s'}"
#define CRASH(host, step)                                                                                              \
    "{'host':'" host "','when':{'step':'" step "','nth':1}}|{'host':'" host "','when':{'step':'" step "'},"            \
    "'unsynced':'torn'}|{'host':'$S','when':{'step':'" step "','nth':2}}|"                                             \
    "{'host':'" host "','when':{'step':'" step "'},'unsynced':'kept'}"
#define ACT(action)                                                                                                    \
    "{'server':'$S','to':'$V','action':'" action "','times':1}|{'server':'$S','to':'$V','action':'" action             \
    "','odds':'30 %'}|{'server':'$S','to':'$V','action':'" action "'}"
#define SAY(command, with)                                                                                             \
    "{'server':'$S','to':'" command "','with':'" with "','times':2}|{'server':'$S','to':'" command "','with':'" with   \
    "','odds':'30 %'}|{'server':'$S','to':'" command "','with':'" with "'}"
#define AT_OCTET(action)                                                                                               \
    "{'server':'$S','action':'" action "','at_octet':'$O','times':1}|{'server':'$S','action':'" action                 \
    "','at_octet':'$O','odds':'50 %'}|{'server':'$S','action':'" action "','at_octet':'$O'}"
#define ABUSE(kind, more)                                                                                              \
    "{'client':'$C','server':'$S','kind':'" kind "'" more "}|{'client':'$C','server':'$S','kind':'" kind               \
    "','connections':5,'at_once':2" more "}|{'client':'$C','server':'$S','kind':'" kind                                \
    "','port':587,'connections':3" more "}"
#define LIE(answer)                                                                                                    \
    "{'server':'$D','answer':'" answer "'}|{'server':'$D','answer':'" answer "','odds':'50 %'}|"                       \
    "{'server':'$D','answer':'" answer "','name':'b.example'}"
/* Seven aliases, and then six more (random_names.c). */
#define ALIASES                                                                                                        \
    "{'b.example':['@ 60 IN MX 10 x0','x0 60 IN CNAME x1','x1 60 IN CNAME x2','x2 60 IN CNAME x3',"                    \
    "'x3 60 IN CNAME x4','x4 60 IN CNAME x5','x5 60 IN CNAME x6','x6 60 IN CNAME y0.a.example.']}"
/* The server of each zone lies in the next. */
#define SERVERS                                                                                                        \
    "{'example':['b 60 IN NS ns.z1.example.','z1 60 IN NS ns.z2.example.',"                                            \
    "'z2 60 IN NS ns.z3.example.','z3 60 IN NS ns.z4.example.','z4 60 IN NS ns.z5.example.',"                          \
    "'z5 60 IN NS ns.z6.example.','z6 60 IN NS ns.z7.example.','z7 60 IN NS ns.z8.example.',"                          \
    "'z8 60 IN NS ns.z9.example.','z9 60 IN NS ns.z10.example.']}"

const struct fault_kind fault_kinds[] = {
    /* links */
    {"loss", BY_LINK, "loss", RARE, EVENT_LINK_DROP, "loss", NEEDS_LARGE},
    {"heavy loss", BY_SET, "loss", "40 %|70 %|100 %", EVENT_LINK_DROP, "loss", 0},
    {"bursts of loss", BY_LINK, "loss", BURSTS, EVENT_LINK_DROP, "loss", NEEDS_LARGE},
    {"bursts for a while", BY_SET, "loss", BURSTS, EVENT_LINK_DROP, "loss", NEEDS_LARGE},
    {"duplicates", BY_LINK, "duplicate", "1 %|10 %|50 %|100 %", EVENT_LINK_DUPLICATE, "", NEEDS_LARGE},
    {"reordering", BY_LINK, "reorder", "2 %|20 %|{'odds':'5 %','by':'200 ms'}", EVENT_LINK_RETIME, "reorder",
     NEEDS_LARGE},
    {"old packets", BY_LINK, "reorder", "{'odds':'3 %','by':'4 min'}|{'odds':'20 %','by':'1 min'}", EVENT_LINK_RETIME,
     "reorder", NEEDS_LARGE},
    {"corruption", BY_LINK, "corrupt", "0.5 %|5 %|15 %", EVENT_PACKET_CORRUPT, "", NEEDS_LARGE},
    {"heavy corruption", BY_SET, "corrupt", "30 %|60 %", EVENT_PACKET_CORRUPT, "", 0},
    {"jitter", BY_LINK, "jitter", "2 ms|40 ms|2 s", EVENT_LINK_DELIVER, "", 0},
    {"narrow links", BY_LINK, "mtu", "1280 B|1400 B", EVENT_PATH_MTU, "", NEEDS_LARGE | NEEDS_MIDDLE},
    {"very narrow links", BY_LINK, "mtu", "296 B|576 B", EVENT_PATH_MTU, "", NEEDS_LARGE | NEEDS_MIDDLE | NEEDS_V4},
    {"black hole", BY_FAULT, "mute_icmp", "{'host':'$R'}", EVENT_PACKET_DROP, "in silence", NEEDS_LARGE | NEEDS_MIDDLE},
    {"full queues", BY_LINK, "queue", "3 kB|1 packets|5 packets|8 kB", EVENT_LINK_DROP, "queue full",
     NEEDS_LARGE | NEEDS_SLOW},
    {"codel", BY_LINK, "codel", "true|{'target':'1 ms','interval':'20 ms'}", EVENT_LINK_DROP, "codel",
     NEEDS_LARGE | NEEDS_SLOW},
    {"slow link", BY_SET, "rate", "300 bit/s|9600 bit/s|64 kbit/s", EVENT_LINK_VALUE, "rate", 0},
    {"long way", BY_SET, "delay", "1 s|20 s|3 min", EVENT_LINK_VALUE, "delay", 0},
    {"cut", BY_FAULT, "cut_link", "{'link':'$L'}", EVENT_LINK_STATE, "cut", 0},
    {"cut one way", BY_FAULT, "cut_link", "{'link':'$L','toward':'$E'}", EVENT_LINK_STATE, "cut", 0},
    {"mute ICMP", BY_FAULT, "mute_icmp", "{'host':'$R'}|{'host':'$H'}", EVENT_HOST_ICMP, "muted", 0},
    {"silent router", BY_ROUTER, "icmp", "false", EVENT_LINK_SEND, "", 0},
    {"fragments", BY_HOST, "path_mtu_discovery", "false", EVENT_PACKET_FRAGMENT, "",
     NEEDS_LARGE | NEEDS_MIDDLE | NEEDS_V4 | ANYWHERE},
    {"one packet lost", BY_COUNT, "drop",
     "{'link':'$L','toward':'$E','tag':'$T','nth':1}|"
     "{'tag':'$T','nth':1,'count':3}|{'link':'$L','tag':'$T','nth':2,'count':2}",
     EVENT_LINK_DROP, "exact", 0},
    {"a segment lost", BY_COUNT, "drop",
     "{'mail':'m0','segment':1}|{'mail':'m0','segment':2}|"
     "{'mail':'m0','segment':1,'transmission':2}",
     EVENT_LINK_DROP, "exact", NEEDS_LARGE},
    /* hosts */
    {"stop", BY_FAULT, "stop_host", "{'host':'$S'}|{'host':'$H'}|{'host':'$H','unsynced':'torn'}|{'host':'$D'}",
     EVENT_HOST_STATE, "stopped by the scenario", 0},
    {"crash: written", BY_STEP, "stop_host", CRASH("$S", "written"), EVENT_HOST_STATE, "step: written", 0},
    {"crash: synced", BY_STEP, "stop_host", CRASH("$S", "synced"), EVENT_HOST_STATE, "step: synced", 0},
    {"crash: committed", BY_STEP, "stop_host", CRASH("$S", "committed"), EVENT_HOST_STATE, "step: committed", 0},
    {"crash: before 250", BY_STEP, "stop_host", CRASH("$S", "before 250"), EVENT_HOST_STATE, "step: before 250", 0},
    {"crash: after 250", BY_STEP, "stop_host", CRASH("$S", "after 250"), EVENT_HOST_STATE, "step: after 250", 0},
    {"crash: handed over", BY_STEP, "stop_host", CRASH("$A", "handed over"), EVENT_HOST_STATE, "step: handed over", 0},
    {"crash: marked done", BY_STEP, "stop_host", CRASH("$A", "marked done"), EVENT_HOST_STATE, "step: marked done", 0},
    {"crash: bounce written", BY_STEP, "stop_host", CRASH("$A", "bounce written"), EVENT_HOST_STATE,
     "step: bounce written", NEEDS_STRANGER},
    {"torn file", BY_STEP, "stop_host", "{'host':'$S','when':{'step':'written'},'unsynced':'torn'}", EVENT_MAIL_ASIDE,
     "", 0},
    {"disk takes time", BY_HOST, "disk",
     "{'write':'1 ms','sync':'5 ms','size':'1 MB'}|{'write':'10 ms','sync':'300 ms','rename':'10 ms',"
     "'read':'1 s'}|{'sync':'20 s'}|{'write':'2 ms','sync':'50 ms','size':'400 kB','files':60}",
     EVENT_MAIL_COMMIT, "", 0},
    {"disk full", BY_FAULT, "disk",
     "{'host':'$S','full':true}|{'host':'$S','full':'2 kB'}|{'host':'$S','full':'5 kB'}|{'host':'$S','full':'20 kB'}",
     EVENT_HOST_TROUBLE, "full", 0},
    {"disk broken", BY_FAULT, "disk",
     "{'host':'$S','error':'read-only'}|{'host':'$S','error':'write'}|"
     "{'host':'$S','error':'sync'}",
     EVENT_HOST_TROUBLE, "as the scenario has it", 0},
    {"disk unreadable", BY_FAULT, "disk", "{'host':'$S','error':'read'}", EVENT_ATTEMPT_END, "read error", 0},
    {"disk slow", BY_FAULT, "disk", "{'host':'$S','slow':100}|{'host':'$S','slow':10000}", EVENT_HOST_TROUBLE, "slower",
     0},
    {"rot", BY_FAULT, "disk", "{'host':'$S','rot':'bit'}|{'host':'$S','rot':'truncated'}|{'host':'$S','rot':'foreign'}",
     EVENT_FILE_ROT, "", 0},
    {"no inode", BY_FAULT, "disk", "{'host':'$S','files':0}|{'host':'$S','files':1}|{'host':'$S','files':3}",
     EVENT_HOST_TROUBLE, "files", 0},
    {"short writes", BY_FAULT, "disk", "{'host':'$S','error':'short'}|{'host':'$S','error':'interrupted'}",
     EVENT_HOST_TROUBLE, "odd", 0},
    {"queue wiped", BY_FAULT, "disk", "{'host':'$S','wipe':'queue'}|{'host':'$S','wipe':'all'}", EVENT_HOST_STATE,
     "its disk is lost", 0},
    {"slow host", BY_FAULT, "slow",
     "{'host':'$S','factor':100}|{'host':'$H','factor':10000}|{'host':'$C','factor':1000}", EVENT_HOST_TROUBLE,
     "slower", 0},
    {"pause", BY_FAULT, "pause", "{'host':'$S'}|{'host':'$H'}", EVENT_HOST_TROUBLE, "paused", 0},
    {"wrong clock", BY_FAULT, "clock",
     "{'host':'$S','ahead':'1 h'}|{'host':'$S','behind':'1 h'}|"
     "{'host':'$S','fast':'10 %'}|{'host':'$S','slow':'10 %'}|{'host':'$S','ahead':'1 d'}|{'host':'$S','behind':'1 d'}|"
     "{'host':'$S','behind':'365 d'}|{'host':'$S','slow':'99.9 %'}|{'host':'$S','slow':'99.9 %'}",
     EVENT_HOST_TROUBLE, "as the scenario has it", 0},
    /* servers */
    {"421 at each command", BY_FAULT, "reply", SAY("$V", "421 4.3.2 shutting down"), EVENT_SMTP_LINE, "shutting down",
     0},
    {"450 to commands", BY_FAULT, "reply", SAY("$V", "450 4.7.1 not now"), EVENT_SMTP_LINE, "not now", 0},
    {"550 to a mail", BY_FAULT, "reply", SAY("$W", "550 5.7.1 never ever"), EVENT_SMTP_LINE, "never ever", 0},
    {"552 to one recipient", BY_FAULT, "reply",
     "{'server':'$S','to':'RCPT','with':'552 5.2.2 no room at all','rcpt':'$M'}", EVENT_SMTP_LINE, "no room at all", 0},
    {"451 to one client", BY_FAULT, "reply",
     "{'server':'$S','to':'$W','with':'451 4.7.0 not you','client':'$A'}|"
     "{'server':'$S','to':'MAIL','with':'451 4.7.0 not you','from':'$F'}",
     EVENT_SMTP_LINE, "not you", 0},
    {"close", BY_FAULT, "reply", ACT("close"), EVENT_SMTP_RULE, "closes", 0},
    {"reset", BY_FAULT, "reply", ACT("reset"), EVENT_SMTP_RULE, "resets", 0},
    {"silence", BY_FAULT, "reply", ACT("silence"), EVENT_SMTP_RULE, "says nothing more", 0},
    {"garbage", BY_FAULT, "reply", ACT("garbage"), EVENT_SMTP_RULE, "is no reply", 0},
    {"endless reply", BY_FAULT, "reply", "{'server':'$S','to':'$V','action':'endless','times':1}", EVENT_SMTP_RULE,
     "has no end", 0},
    {"drip", BY_FAULT, "reply", ACT("drip"), EVENT_SMTP_RULE, "octet at a time", 0},
    {"two replies", BY_FAULT, "reply", ACT("twice"), EVENT_SMTP_RULE, "everything twice", 0},
    {"mismatched reply", BY_FAULT, "reply", ACT("mismatched") "|{'server':'$S','to':'.','action':'mismatched'}",
     EVENT_SMTP_RULE, "contradict each other", 0},
    {"endless line", BY_FAULT, "reply", "{'server':'$S','to':'$V','action':'endless line','times':1}", EVENT_SMTP_RULE,
     "its line has no end", 0},
    {"half close", BY_FAULT, "reply", ACT("half close"), EVENT_SMTP_RULE, "closes its side", 0},
    {"early reply", BY_FAULT, "reply", ACT("early") "|{'server':'$S','to':'.','action':'early'}", EVENT_SMTP_RULE,
     "before it is asked", 0},
    {"unknown code", BY_FAULT, "reply", SAY("$V", "650 5.0.0 what is this"), EVENT_SMTP_RULE,
     "a code that there is not", 0},
    {"close at an octet", BY_FAULT, "reply", AT_OCTET("close"), EVENT_SMTP_RULE, "cuts the dialogue off", 0},
    {"reset at an octet", BY_FAULT, "reply", AT_OCTET("reset"), EVENT_SMTP_RULE, "resets the dialogue", 0},
    {"failed handshake", BY_FAULT, "reply",
     "{'server':'$S','to':'handshake','action':'close'}|"
     "{'server':'$S','to':'handshake','action':'reset','odds':'50 %'}|"
     "{'server':'$S','to':'handshake','action':'garbage','times':2}",
     EVENT_SMTP_RULE, "fault", 0},
    {"thrown away", BY_FAULT, "reply", "{'server':'$S','to':'.','action':'discard','times':1}", EVENT_SMTP_RULE,
     "thrown away", 0},
    {"guesses by VRFY", BY_FAULT, "abuse", ABUSE("vrfy", ",'count':500"), EVENT_CLIENT_ABUSE, "it guesses names", 0},
    {"early talkers", BY_FAULT, "abuse", ABUSE("early", ""), EVENT_CLIENT_ABUSE, "before the greeting", 0},
    {"HTTP on the port", BY_FAULT, "abuse", ABUSE("http", ""), EVENT_CLIENT_ABUSE, "it speaks HTTP", 0},
    {"TLS on the port", BY_FAULT, "abuse", ABUSE("tls", ""), EVENT_CLIENT_ABUSE, "TLS in clear", 0},
    {"chunks unasked for", BY_FAULT, "abuse", ABUSE("bdat", ""), EVENT_CLIENT_ABUSE, "chunks that nobody", 0},
    {"dripping client", BY_FAULT, "abuse", ABUSE("drip", ",'every':'2 s'"), EVENT_CLIENT_ABUSE, "an octet at a time",
     0},
    {"curious client", BY_FAULT, "abuse", ABUSE("curious", ""), EVENT_CLIENT_ABUSE, "may be asked", 0},
    {"many connections", BY_FAULT, "abuse",
     "{'client':'$C','server':'$S','kind':'silence','connections':100}|"
     "{'client':'$C','server':'$S','kind':'silence','connections':300,'at_once':50}",
     EVENT_CLIENT_ABUSE, "it says nothing", 0},
    {"greylisting", BY_SERVER, "greylisting", "true|{'delay':'20 s'}|{'delay':'1 h','retry_window':'4 h'}",
     EVENT_SMTP_RULE, "greylisting", 0},
    {"tarpit", BY_SERVER, "tarpit",
     "{'command':'5 s'}|{'greeting':'4 min','error':'10 s'}|{'greeting':'6 s',"
     "'early_talkers':'refuse'}|{'command':'2 min'}",
     EVENT_SMTP_RULE, "tarpit", 0},
    {"limits of clients", BY_SERVER, "client_limits",
     "{'at_once':1,'junk':5}|{'connections':1}|{'mails':1}|{'recipients':1}|{'errors':1}|{'at_once':1}|"
     "{'at_once':2,'connections':3,'mails':2,'recipients':3,'errors':2}|{'at_once':2,'per':'10 s'}|"
     "{'connections':2,'per':'10 min'}|{'mails':2,'recipients':4,'per':'5 s'}|{'junk':3,'errors':3}",
     EVENT_SMTP_RULE, "too many", NEEDS_MANY | NEEDS_STRANGER},
    {"limit of idle commands", BY_SERVER, "client_limits", "{'junk':1}|{'junk':3}|{'junk':10}", EVENT_SMTP_RULE,
     "no mail", NEEDS_GUESSER},
    {"full mailbox", BY_SERVER, "mailbox_limit",
     "{'size':'2 kB'}|{'size':'5 kB'}|{'mails':1}|{'mails':2}|{'mails':1,'reply':'552 5.2.2 Full'}", EVENT_SMTP_RULE,
     "mailbox full", NEEDS_MANY},
    {"refused content", BY_SERVER, "refuse_content",
     "[{'odds':'30 %'}]|[{'contains':'watches'}]|"
     "[{'odds':'60 %','reply':'451 4.7.1 maybe later'}]",
     EVENT_SMTP_RULE, "content", NEEDS_SPAM},
    {"refused sender", BY_SERVER, "refuse_senders", "['u0@a.example']|['@a.example']|['@b.example','@a.example']",
     EVENT_SMTP_RULE, "sender", 0},
    {"unknown users later", BY_SERVER, "unknown_users", "later", EVENT_SMTP_LINE, "no such user", NEEDS_STRANGER},
    {"backscatter", BY_SERVER, "unknown_users", "accept", EVENT_MAIL_REPORT, "failed", NEEDS_STRANGER},
    /* names */
    {"DNS: SERVFAIL", BY_FAULT, "dns", LIE("SERVFAIL"), EVENT_DNS_FAULT, "SERVFAIL", 0},
    {"DNS: REFUSED", BY_FAULT, "dns", LIE("REFUSED"), EVENT_DNS_FAULT, "REFUSED", 0},
    {"DNS: NOTIMP", BY_FAULT, "dns", LIE("NOTIMP"), EVENT_DNS_FAULT, "NOTIMP", 0},
    {"DNS: FORMERR", BY_FAULT, "dns", LIE("FORMERR"), EVENT_DNS_FAULT, "FORMERR", 0},
    {"DNS: NXDOMAIN", BY_FAULT, "dns", LIE("NXDOMAIN"), EVENT_DNS_FAULT, "NXDOMAIN", 0},
    {"DNS: lame", BY_FAULT, "dns", LIE("lame"), EVENT_DNS_FAULT, "lame", 0},
    {"DNS: nothing", BY_FAULT, "dns", LIE("nothing"), EVENT_DNS_FAULT, "nothing", 0},
    {"DNS: truncated", BY_FAULT, "dns", LIE("truncated"), EVENT_DNS_FAULT, "truncated", 0},
    {"DNS: late", BY_FAULT, "dns", LIE("late"), EVENT_DNS_FAULT, "late", 0},
    {"DNS: wrong id", BY_FAULT, "dns", LIE("wrong id"), EVENT_DNS_FAULT, "wrong id", 0},
    {"DNS: wrong port", BY_FAULT, "dns", LIE("wrong port"), EVENT_DNS_FAULT, "wrong port", 0},
    {"name server is down", BY_FAULT, "stop_host", "{'host':'$D'}", EVENT_HOST_STATE, "stopped by the scenario", 0},
    {"resolver is down", BY_FAULT, "stop_host", "{'host':'$Q'}", EVENT_DNS_CACHE, "emptied", NEEDS_TREE},
    {"null MX", BY_FAULT, "zone", "{'b.example':['@ 60 IN MX 0 .']}", EVENT_ZONE_CHANGE, "MX 0 .", 0},
    {"MX that is nowhere", BY_FAULT, "zone", "{'b.example':['@ 60 IN MX 10 gone']}", EVENT_ZONE_CHANGE, "gone", 0},
    {"MX of somebody else", BY_FAULT, "zone", "{'b.example':['@ 60 IN MX 10 mx.a.example.','@ 60 IN MX 20 mx']}",
     EVENT_ZONE_CHANGE, "mx.a.example", 0},
    {"MX that one server knows", BY_FAULT, "zone", "{'b.example':['@ 60 IN MX 10 door.a.example.','@ 60 IN MX 20 mx']}",
     EVENT_ZONE_CHANGE, "door.a.example", NEEDS_TREE},
    {"MX that takes no calls", BY_FAULT, "zone",
     "{'b.example':['@ 60 IN MX 10 door','door 60 IN A 10.0.0.1','door 60 IN AAAA 2001:db8::1','@ 60 IN MX 20 mx']}",
     EVENT_TCP_STATE, "refused", 0},
    {"MX by an alias", BY_FAULT, "zone", "{'b.example':['@ 60 IN MX 10 www','www 60 IN CNAME mx']}", EVENT_ZONE_CHANGE,
     "CNAME mx", 0},
    {"MX by a circle", BY_FAULT, "zone", "{'b.example':['@ 60 IN MX 10 x','x 60 IN CNAME y','y 60 IN CNAME x']}",
     EVENT_ZONE_CHANGE, "CNAME x", 0},
    {"too many aliases", BY_FAULT, "zone", ALIASES, EVENT_ZONE_CHANGE, "y0.a.example", NEEDS_TREE},
    {"servers deep down", BY_FAULT, "zone", SERVERS, EVENT_ZONE_CHANGE, "ns.z9", NEEDS_TREE},
    {"no MX", BY_FAULT, "zone", "{'b.example':['@ 60 IN TXT hello']}", EVENT_ZONE_CHANGE, "hello", 0},
    {"delegation to nowhere", BY_FAULT, "zone", "{'example':['b 60 IN NS ns.gone.example.']}", EVENT_ZONE_CHANGE,
     "ns.gone", NEEDS_TREE},
    {"delegation in a circle", BY_FAULT, "zone", "{'example':['b 60 IN NS ns.a.example.','a 60 IN NS ns.b.example.']}",
     EVENT_ZONE_CHANGE, "ns.a", NEEDS_TREE},
    {"wrong glue", BY_FAULT, "zone", "{'example':['b 60 IN NS ns1.b.example.','ns1.b 60 IN A 10.99.0.1']}",
     EVENT_ZONE_CHANGE, "10.99", NEEDS_TREE},
    {"names run out", BY_HABIT, "short ttl", "", EVENT_DNS_CACHE, "ran out", NEEDS_TREE},
    {"DNS as a tree", BY_HABIT, "tree", "", EVENT_DNS_REFERRAL, "", NEEDS_TREE},
    /* TLS */
    {"certificate expired", BY_TLS, "certificate", "expired", EVENT_TLS_DONE, "expired", NEEDS_TLS},
    {"certificate too early", BY_TLS, "certificate", "not yet valid", EVENT_TLS_DONE, "not yet valid", NEEDS_TLS},
    {"certificate self-signed", BY_TLS, "certificate", "self-signed", EVENT_TLS_DONE, "self-signed", NEEDS_TLS},
    {"certificate of another", BY_TLS, "certificate", "wrong name", EVENT_TLS_DONE, "mismatch", NEEDS_TLS},
    {"certificate by nobody", BY_TLS, "certificate", "untrusted ca", EVENT_TLS_DONE, "issuer", NEEDS_TLS},
    {"bad one, and demanded", BY_TLS, "certificate", "expired|wrong name|self-signed", EVENT_ATTEMPT_END, "4.7.5",
     NEEDS_TLS | NEEDS_DEMAND},
    {"TLS demanded in vain", BY_HABIT, "demand", "", EVENT_ATTEMPT_END, "4.7.4", NEEDS_DEMAND},
    {"STARTTLS stripped", BY_ROUTER, "strips_starttls", "true", EVENT_PACKET_REWRITE, "", NEEDS_TLS},
    {"STARTTLS", BY_HABIT, "tls", "", EVENT_SMTP_LINE, "STARTTLS", NEEDS_TLS},
    {"TLS of clients", BY_HABIT, "tls of clients", "", EVENT_TLS_DONE, "", NEEDS_TLS},
    {"TLS 1.2", BY_TLS, "version", "'1.2'", EVENT_TLS_DONE, "1.2", NEEDS_TLS},
    {"MTA-STS", BY_TLS, "mta_sts", "{'mode':'enforce'}|{'mode':'enforce','max_age':'1 h'}|{'mode':'testing'}",
     EVENT_STS_POLICY, "", NEEDS_TLS},
    /* what people do */
    {"traffic", BY_HABIT, "traffic", "", EVENT_MAIL_COMPOSE, "t0-", 0},
    {"beyond ASCII", BY_HABIT, "utf8", "", EVENT_MAIL_STATE, "zoë", 0},
    {"aliases", BY_HABIT, "aliases", "", EVENT_MAIL_EXPAND, "", 0},
    {"backup MX", BY_HABIT, "backup", "", EVENT_SMTP_LINE, "220 backup", 0},
    {"AUTH", BY_HABIT, "auth", "", EVENT_SMTP_LINE, "AUTH ", 0},
    {"reports of success", BY_HABIT, "notify", "", EVENT_MAIL_REPORT, "delivered", 0},
    {"reports of delay", BY_HABIT, "delays", "", EVENT_MAIL_REPORT, "delayed", 0},
    {"attachments", BY_HABIT, "attach", "", EVENT_SMTP_CONTENT, "", 0},
    {"bad line ends", BY_HABIT, "line ends", "", EVENT_SMTP_CONTENT, "", 0},
};
const size_t n_fault_kinds = sizeof fault_kinds / sizeof *fault_kinds;
