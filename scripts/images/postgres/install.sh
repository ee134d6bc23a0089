# Runs inside the image that is being built: PostgreSQL, a cluster that is ready to start, and nothing that
# a server for tests does without.
set -eu
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
apt-get update
apt-get install -y postgresql-15

data=/var/lib/postgresql/data
bin=/usr/lib/postgresql/15/bin
echo twist >/tmp/password
setpriv --reuid=postgres --regid=postgres --clear-groups "$bin/initdb" --pgdata="$data" --username=twist \
	--pwfile=/tmp/password --auth=scram-sha-256 --encoding=UTF8 --no-locale --no-sync --no-instructions
rm /tmp/password
echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
install -m 755 /recipe/start.sh /start.sh

# Compilation of queries, and what Debian's wrappers are written in.
rm -rf /usr/lib/postgresql/15/lib/bitcode /usr/lib/postgresql/15/lib/llvmjit* /usr/share/i18n
rm -rf /usr/lib/*-linux-gnu/libLLVM* /usr/lib/*-linux-gnu/libz3* /usr/lib/*-linux-gnu/perl /usr/share/perl
