/** How Postfix is started in its container: in danelab's own images, and in one of the user's. */

const folder = "/usr/local/lib/danelab";
const start = `${folder}/start-postfix`;
const syslog = `${folder}/syslog.pl`;

/**
 * Postfix logs to standard output from 3.4 on, by postlogd. Before that it speaks to syslog only, and cannot stay in the
 * foreground.
 */
const startScript = `#!/bin/sh
set -e
# Own images keep an empty queue. "quick-start" tells Postfix's start script that it was checked.
if [ -d /var/spool/postfix.empty ]; then
  cp -a /var/spool/postfix.empty/. /var/spool/postfix/
  touch /var/spool/postfix/quick-start
fi
cd /etc/postfix
# The defaults of the version that runs: "3.10" of 3.10.13; before 3.6 the level was a number of its own, before 3.0 there was none.
version=$(postconf -dh mail_version)
case $version in
  2.*) ;;
  3.[0-5].*) echo 'compatibility_level = 2' >> main.cf ;;
  *) echo "compatibility_level = $(echo "$version" | cut -d. -f1,2)" >> main.cf ;;
esac
if [ "$1" != syslog ] && [ -x "$(postconf -dh daemon_directory)/postlogd" ]; then
  echo 'maillog_file = /dev/stdout' >> main.cf
  echo 'postlog unix-dgram n - n - 1 postlogd' >> master.cf
  exec postfix start-fg
fi
exec perl ${syslog} "$(postconf -h queue_directory)/pid/master.pid" postfix start
`;

/** With nothing but what Debian's perl-base has. */
const syslogScript = `#!/usr/bin/perl
# Stands for syslogd: what comes to /dev/log is written to standard output, until the daemon has ended that the command starts and
# whose process id is in the file.
use strict;
use warnings;
use POSIX qw(WNOHANG);
use Socket;

my ($pid_file, @command) = @ARGV;
$| = 1;
unlink '/dev/log';
socket(my $log, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!\\n";
bind($log, pack_sockaddr_un('/dev/log')) or die "/dev/log: $!\\n";
chmod 0666, '/dev/log';
my $starter = fork() // die "fork: $!\\n";
exec @command or die "$command[0]: $!\\n" unless $starter;

sub runs {
    return 1 if defined $starter && waitpid($starter, WNOHANG) == 0;
    undef $starter;
    open(my $file, '<', $pid_file) or return 0;
    my ($pid) = <$file> =~ /(\\d+)/ or return 0;
    return kill(0, $pid);
}

for (;;) {
    my $ready = '';
    vec($ready, fileno($log), 1) = 1;
    if (select($ready, undef, undef, 1) > 0) {
        next unless defined recv($log, my $line, 65536, 0);
        $line =~ s/^<\\d+>//;
        $line =~ s/\\s+\\z//;
        print "$line\\n";
        next;
    }
    next if runs();
    print "danelab: fatal: Postfix has ended\\n";
    exit 1;
}
`;

export const startCommand = ["sh", start] as const;
/** As a version before 3.4 would be started. */
export const startWithSyslog = [...startCommand, "syslog"] as const;

export const startFiles = [
  { path: start, content: startScript, mode: 0o755 },
  { path: syslog, content: syslogScript, mode: 0o755 },
] as const;
