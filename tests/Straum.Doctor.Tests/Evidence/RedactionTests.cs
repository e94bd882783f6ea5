using System.Text.Encodings.Web;
using System.Text.Json;

namespace Straum.Doctor.Evidence;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("password: hunter2", "password: [redacted]")]
    [InlineData("net.core.netdev_rss_key = 1a:2b:3c", "net.core.netdev_rss_key = [redacted]")]
    [InlineData("net.ipv4.tcp_fastopen_key = 0a0b0c0d-00000001", "net.ipv4.tcp_fastopen_key = [redacted]")]
    [InlineData("net.ipv6.conf.eth0.stable_secret = 2001:db8::1", "net.ipv6.conf.eth0.stable_secret = [redacted]")]
    [InlineData("net.ipv6.ip6frag_secret_interval = 0", "net.ipv6.ip6frag_secret_interval = 0")]
    [InlineData("  bgpPassword: \"two words\"  # x", "  bgpPassword: [redacted]  # x")]
    [InlineData("{\"token\":\"abc\",\"name\":\"x\"}", "{\"token\":[redacted],\"name\":\"x\"}")]
    [InlineData("--api-key=abc --port=1", "--api-key=[redacted] --port=1")]
    [InlineData("client-key-data: LS0tLS1CRUdJTg==", "client-key-data: [redacted]")]
    [InlineData("AWS_SECRET=xyz", "AWS_SECRET=[redacted]")]
    [InlineData("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [redacted]")]
    [InlineData("proxy http://me:pw@proxy:3128/", "proxy http://me:[redacted]@proxy:3128/")]
    [InlineData("got eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVz.c2lnbmF0dXJl from", "got [redacted] from")]
    public void Secrets_AreTakenOut(string text, string expected) => Redaction.Apply(text).ShouldBe(expected);

    [Theory]
    [InlineData("Env:[]EnvVar{EnvVar{Name:DB_PASSWORD,Value:hunter2,ValueFrom:nil,},EnvVar{Name:A,Value:1,ValueFrom:nil,},}",
        "Env:[]EnvVar{EnvVar{Name:DB_PASSWORD,Value:[redacted],ValueFrom:nil,},EnvVar{Name:A,Value:1,ValueFrom:nil,},}")]
    [InlineData("EnvVar{Name:DB_PASSWORD,Value:hunter2}", "EnvVar{Name:DB_PASSWORD,Value:[redacted]}")]
    [InlineData("EnvVar{Name:DB_PASSWORD,Value:a b,c,ValueFrom:nil,}", "EnvVar{Name:DB_PASSWORD,Value:[redacted],ValueFrom:nil,}")]
    [InlineData("v1.EnvVar{Name:\"DB_PASSWORD\", Value:\"hunter2\", ValueFrom:(*v1.EnvVarSource)(nil)}",
        "v1.EnvVar{Name:\"DB_PASSWORD\", Value:[redacted], ValueFrom:(*v1.EnvVarSource)(nil)}")]
    [InlineData("HTTPHeader{Name:Authorization,Value:Basic abc,}", "HTTPHeader{Name:Authorization,Value:[redacted],}")]
    [InlineData("{\"name\":\"DB_PASSWORD\",\"value\":\"x\"},{\"name\":\"A\",\"value\":\"1\"}", "{\"name\":\"DB_PASSWORD\",\"value\":[redacted]},{\"name\":\"A\",\"value\":\"1\"}")]
    [InlineData("{\"value\":\"x\", \"name\":\"DB_PASSWORD\"}", "{\"value\":[redacted], \"name\":\"DB_PASSWORD\"}")]
    [InlineData("{'name': 'DB_PASSWORD', 'value': 'x'}", "{'name': 'DB_PASSWORD', 'value': [redacted]}")]
    [InlineData("{'value': 'x', 'name': 'DB_PASSWORD'}", "{'value': [redacted], 'name': 'DB_PASSWORD'}")]
    [InlineData("{\\\"name\\\":\\\"DB_PASSWORD\\\",\\\"value\\\":\\\"x\\\"}", "{\\\"name\\\":\\\"DB_PASSWORD\\\",\\\"value\\\":[redacted]}")]
    [InlineData("- name: A\n  value: 1\n- name: DB_PASSWORD\n  value: hunter2 x\n- name: B\n  value: 2", "- name: A\n  value: 1\n- name: DB_PASSWORD\n  value: [redacted]\n- name: B\n  value: 2")]
    [InlineData("- value: hunter2\n  name: DB_PASSWORD\n", "- value: [redacted]\n  name: DB_PASSWORD\n")]
    [InlineData("{name: DB_PASSWORD, value: x}", "{name: DB_PASSWORD, value: [redacted]}")]
    [InlineData("\"Env\":[\"DB_PASSWORD=correct horse\",\"A=b\"]", "\"Env\":[\"DB_PASSWORD=[redacted]\",\"A=b\"]")]
    public void NameBesideItsValue_LosesTheValue(string text, string expected) => Redaction.Apply(text).ShouldBe(expected);

    [Theory]
    [InlineData("kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:0a1b", "kubeadm join 10.0.0.1:6443 --token [redacted] --discovery-token-ca-cert-hash sha256:0a1b")]
    [InlineData("x --password hunter2 --port 1", "x --password [redacted] --port 1")]
    [InlineData("x --password 'two words' --port 1", "x --password [redacted] --port 1")]
    [InlineData("args: [\"--token\",\"abc\",\"--port\",\"1\"]", "args: [\"--token\",[redacted],\"--port\",\"1\"]")]
    [InlineData("- --token\n- abc\n- --port", "- --token\n- [redacted]\n- --port")]
    [InlineData("kubeadm join --certificate-key 0a1b2c --control-plane", "kubeadm join --certificate-key [redacted] --control-plane")]
    [InlineData("\"cmd\":\"x --password=hunter2 --port=1\",\"a\":1", "\"cmd\":\"x --password=[redacted] --port=1\",\"a\":1")]
    [InlineData("\"cmd\":\"x --password=hunter2\",\"a\":1", "\"cmd\":\"x --password=[redacted]\",\"a\":1")]
    [InlineData("etcdctl --user root:hunter2 get /", "etcdctl --user root:[redacted] get /")]
    [InlineData("etcdctl --user=root:hunter2 --password=x get /", "etcdctl --user=root:[redacted] --password=[redacted] get /")]
    [InlineData("etcd --initial-cluster-token=c1 --name=a", "etcd --initial-cluster-token=[redacted] --name=a")]
    [InlineData("curl -u me:hunter2 https://x/", "curl -u me:[redacted] https://x/")]
    [InlineData("curl --user 'me:two words' https://x/", "curl --user 'me:[redacted]' https://x/")]
    [InlineData("docker login -u me -p hunter2 r.example", "docker login -u me -p [redacted] r.example")]
    [InlineData("docker login --username me --password-stdin -p x", "docker login --username me --password-stdin -p [redacted]")]
    [InlineData("sshpass -p hunter2 ssh x", "sshpass -p [redacted] ssh x")]
    [InlineData("mysql -h db -uroot -phunter2 x", "mysql -h db -uroot -p[redacted] x")]
    [InlineData("openssl rsa -passin pass:hunter2 -in k", "openssl rsa -passin pass:[redacted] -in k")]
    public void CommandLines_LoseThem(string text, string expected) => Redaction.Apply(text).ShouldBe(expected);

    [Theory]
    [InlineData("AWS_SECRET_ACCESS_KEY=x", "AWS_SECRET_ACCESS_KEY=[redacted]")]
    [InlineData("AWS_SECRET_ACCESS_KEY=x REGION=eu", "AWS_SECRET_ACCESS_KEY=[redacted] REGION=eu")]
    [InlineData("DJANGO_KEY=x", "DJANGO_KEY=[redacted]")]
    [InlineData("DB_PASS=x A=b", "DB_PASS=[redacted] A=b")]
    [InlineData("psk=x", "psk=[redacted]")]
    [InlineData("wpa_psk=\"two words\"", "wpa_psk=[redacted]")]
    [InlineData("passphrase: x", "passphrase: [redacted]")]
    [InlineData("PresharedKey = x=", "PresharedKey = [redacted]")]
    [InlineData("password = two words", "password = [redacted]")]
    [InlineData("password=two words", "password=[redacted]")]
    [InlineData("password=a --port 1", "password=[redacted] --port 1")]
    [InlineData("config['password'] = 'two words';", "config['password'] = [redacted];")]
    [InlineData("'password' => 'x', 'user' => 'y'", "'password' => [redacted], 'user' => 'y'")]
    [InlineData("password: $ecret", "password: [redacted]")]
    [InlineData("password: x\r\nuser: y", "password: [redacted]\r\nuser: y")]
    [InlineData("password: correct horse battery", "password: [redacted]")]
    [InlineData("password: correct horse battery\nuser: x", "password: [redacted]\nuser: x")]
    [InlineData("- password: correct horse # x", "- password: [redacted]")]
    [InlineData("{password: correct horse, user: x}", "{password: [redacted], user: x}")]
    [InlineData("password: correct\n  horse\nuser: x", "password: [redacted]\nuser: x")]
    [InlineData("password: |\n  correct\n\n  horse\nuser: x", "password: [redacted]\nuser: x")]
    [InlineData("password: \"correct\n  horse\"\nuser: x", "password: [redacted]\nuser: x")]
    [InlineData("passwords:\n- correct\n- horse\nuser: x", "passwords:\n[redacted]\nuser: x")]
    [InlineData("passwords: [a, b]\nuser: x", "passwords: [redacted]\nuser: x")]
    [InlineData("password: 'it''s mine' # x", "password: [redacted] # x")]
    [InlineData("{Name:x Password:hunter2 Port:3}", "{Name:x Password:[redacted] Port:3}")]
    [InlineData("map[password:hunter2 user:x]", "map[password:[redacted] user:x]")]
    [InlineData("Server=db;Password=hun,ter;2;Port=1", "Server=db;Password=[redacted];Port=1")]
    [InlineData("PASSWORD=a\"b c\"d X=1", "PASSWORD=[redacted] X=1")]
    [InlineData("GET /x?token=abc&y=1", "GET /x?token=[redacted]&y=1")]
    [InlineData("Password:[]byte{0x68, 0x75}, Port:1", "Password:[redacted], Port:1")]
    [InlineData("<password>two words</password>", "<password>[redacted]</password>")]
    [InlineData("machine x login y password hunter2", "machine x login y password [redacted]")]
    [InlineData("net.ipv4.tcp_fastopen_key = 1-2-3-4", "net.ipv4.tcp_fastopen_key = [redacted]")]
    public void Values_AreTakenOutToTheirEnd(string text, string expected) => Redaction.Apply(text).ShouldBe(expected);

    [Theory]
    [InlineData("{\"password\":\"a\\\"b\",\"user\":\"x\"}", "{\"password\":[redacted],\"user\":\"x\"}")]
    [InlineData("{\"password\":\"a\\\\\",\"user\":\"x\"}", "{\"password\":[redacted],\"user\":\"x\"}")]
    [InlineData("{\\\"password\\\":\\\"a\\\\\\\"b\\\",\\\"user\\\":\\\"x\\\"}", "{\\\"password\\\":[redacted],\\\"user\\\":\\\"x\\\"}")]
    [InlineData("{\\u0022password\\u0022:\\u0022a b\\u0022,\\u0022user\\u0022:1}", "{\\u0022password\\u0022:[redacted],\\u0022user\\u0022:1}")]
    [InlineData("{\"auths\":{\"r.example\":{\"auth\":\"bWU6cHc=\"}}}", "{\"auths\":{\"r.example\":{\"auth\":[redacted]}}}")]
    [InlineData("{\"identitytoken\" : \"x\"}", "{\"identitytoken\" : [redacted]}")]
    [InlineData(".dockerconfigjson: eyJhdXRocyI6e319", ".dockerconfigjson: [redacted]")]
    public void Json_LosesThemToTheClosingQuote(string text, string expected) => Redaction.Apply(text).ShouldBe(expected);

    [Theory]
    [InlineData("-H \"Authorization: token abc def\" -v", "-H \"Authorization: token [redacted]\" -v")]
    [InlineData("-H 'X-Auth-Token: abc' -v", "-H 'X-Auth-Token: [redacted]' -v")]
    [InlineData("authorization: AWS4-HMAC-SHA256 Credential=A/b, Signature=c", "authorization: AWS4-HMAC-SHA256 [redacted]")]
    [InlineData("sent Basic bWU6cHc= to", "sent Basic [redacted] to")]
    [InlineData("Cookie: a=b; c=d", "Cookie: [redacted]")]
    [InlineData("redis://:pw@cache:6379", "redis://:[redacted]@cache:6379")]
    [InlineData("postgres://me:p@ss/w@db:5432/x?y=1", "postgres://me:[redacted]@db:5432/x?y=1")]
    [InlineData("me:pw@tcp(db:3306)/x", "me:[redacted]@tcp(db:3306)/x")]
    [InlineData("    token: abc-def", "    token: [redacted]")]
    [InlineData("AKIAIOSFODNN7EXAMPLE is", "[redacted] is")]
    [InlineData("used abcdef.0123456789abcdef for", "used [redacted] for")]
    [InlineData("ghp_0123456789abcdefghijABCDEFGHIJ456789 is", "[redacted] is")]
    [InlineData("https://x/y?X-Amz-Signature=abc&z=1", "https://x/y?X-Amz-Signature=[redacted]&z=1")]
    [InlineData("AccountKey=abc==;EndpointSuffix=x", "AccountKey=[redacted];EndpointSuffix=x")]
    [InlineData("tls.key: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", "tls.key: [redacted]")]
    [InlineData("auth-trunc hmac(sha256) 0x00ff 128", "auth-trunc hmac(sha256) [redacted] 128")]
    public void KnownForms_AreTakenOut(string text, string expected) => Redaction.Apply(text).ShouldBe(expected);

    [Theory]
    [InlineData("a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nb", "a\n-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY-----\nb")]
    [InlineData("\"-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n\"", "\"-----BEGIN PRIVATE KEY-----[redacted]-----END PRIVATE KEY-----\\n\"")]
    [InlineData("-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----[redacted]-----END PGP PRIVATE KEY BLOCK-----")]
    [InlineData("a\n-----BEGIN EC PRIVATE KEY-----\nMIIEabcdefghijklmnop\nabc\n", "a\n-----BEGIN EC PRIVATE KEY-----[redacted]")]
    [InlineData("MIIEabcdefghijklmnop\nabcd\n-----END EC PRIVATE KEY-----\nb", "[redacted]-----END EC PRIVATE KEY-----\nb")]
    public void PrivateKey_LosesItsBody(string text, string expected) => Redaction.Apply(text).ShouldBe(expected);

    [Theory]
    [InlineData("10.244.1.2 dev lxc0 lladdr 02:00:00:00:00:01 REACHABLE")]
    [InlineData("tokenFile: /var/run/secrets/token")]
    [InlineData("tokenPath: /x")]
    [InlineData("net.ipv4.tcp_fin_timeout = 60")]
    [InlineData("net.ipv4.tcp_syncookies = 1")]
    [InlineData("secretName: db")]
    [InlineData("secretRef: {name: db}")]
    [InlineData("imagePullSecrets: [name]")]
    [InlineData("imagePullSecrets:\n- name: x\n")]
    [InlineData("resources: [\"secrets\", \"pods\"]")]
    [InlineData("  secret:\n    secretName: db\n    items: []")]
    [InlineData("valueFrom: {secretKeyRef: {name: db, key: password}}")]
    [InlineData("{\"name\":\"DB_PASSWORD\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"db\",\"key\":\"password\"}}}")]
    [InlineData("EnvVar{Name:DB_PASSWORD,Value:,ValueFrom:&EnvVarSource{SecretKeyRef:&SecretKeySelector{Key:password,},},}")]
    [InlineData("automountServiceAccountToken: true")]
    [InlineData("projected:\n  sources:\n  - serviceAccountToken:\n      path: token\n      expirationSeconds: 3607")]
    [InlineData("--service-account-key-file=/etc/sa.pub --authentication-token-webhook=true --token-ttl 24h")]
    [InlineData("kubelet --tls-private-key-file=/k --authentication-token-webhook-cache-ttl=0s --image-credential-provider-config=/c")]
    [InlineData("password: \"\"")]
    [InlineData("password: $(DB_PASSWORD)")]
    [InlineData("password: $DB_PASSWORD")]
    [InlineData("password_length: 12, last_password_change: 2026")]
    [InlineData("password: [redacted]")]
    [InlineData("secret \"db-password\" not found")]
    [InlineData("(UniqueName: \"kubernetes.io/secret/0a1b-default-token-abcde\") pod \"x\"")]
    [InlineData("image: registry/token-sync:v1.2")]
    [InlineData("basic connectivity and bearer authentication work; \"lastPass\": \"2026-01-02\", PWD=/root")]
    [InlineData("qdisc tbf rate 1Mbit tokens: 195312 ctokens: 195312")]
    [InlineData("http://10.0.0.1:80/a@b journalctl -u kubelet docker run --user 1000:1000 date -u 12:30")]
    [InlineData("certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUQ=")]
    [InlineData("{\"name\":\"straum\",\"key\":\"tables.services\",\"value\":\"65536\"}")]
    public void TheRest_StaysAsItIs(string text) => Redaction.Apply(text).ShouldBe(text);

    // What stands in the middle of a secret, for each form that has an end of its own whatever that is.
    [Theory]
    [InlineData(" ")]
    [InlineData("\"")]
    [InlineData("'")]
    [InlineData("\\")]
    [InlineData("\\\"")]
    [InlineData("\\\\")]
    [InlineData(",")]
    [InlineData(", ")]
    [InlineData(";")]
    [InlineData("&")]
    [InlineData("}")]
    [InlineData("] ")]
    [InlineData("=")]
    [InlineData(": ")]
    [InlineData(", user: ")]
    [InlineData(" user=")]
    [InlineData(" #")]
    [InlineData("<")]
    [InlineData("$A")]
    [InlineData("\t")]
    [InlineData("\",\"user\":\"")]
    public void Value_WithAnyCharacter_IsTakenOutWhole(string middle)
    {
        var value = $"Hunter{middle}Hunter";
        var relaxed = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        foreach (var json in (JsonSerializerOptions[])[JsonSerializerOptions.Default, relaxed])
        {
            string[] texts =
            [
                JsonSerializer.Serialize(new Dictionary<string, string> { ["password"] = value, ["user"] = "x" }, json),
                JsonSerializer.Serialize(new[] { new { name = "DB_PASSWORD", value } }, json),
                JsonSerializer.Serialize(new[] { new { value, name = "DB_PASSWORD" } }, json),
                JsonSerializer.Serialize(new { Env = new[] { "A=b", "DB_PASSWORD=" + value, "B=c" } }, json),
                JsonSerializer.Serialize(new { args = new[] { "--password", value, "--port" } }, json),
            ];
            foreach (var text in texts)
            {
                // Also in a log's field, and that in a log's.
                var once = JsonSerializer.Serialize(new { msg = text, level = 1 }, json);
                string[] levels = [text, once, JsonSerializer.Serialize(new { line = once, stream = "stderr" }, json)];
                foreach (var level in levels)
                {
                    Redaction.Apply(level).ShouldNotContain("Hunter", Case.Sensitive, level);
                }
            }
        }
        foreach (var text in (string[])
            [
                $"user: x\npassword: {value}\nport: 1\n",
                $"password: '{value.Replace("'", "''")}' # x\n",
                $"- name: DB_PASSWORD\n  value: {value}\n",
                $"  - value: {value}\n    name: DB_PASSWORD\n",
                $"password: |\n  {value}\nuser: x\n",
                $"[mail]\npassword = {value}\n",
            ])
        {
            Redaction.Apply(text).ShouldNotContain("Hunter", Case.Sensitive, text);
        }
    }

    [Fact]
    public void AnyText_IsTaken()
    {
        string[] parts = ["password", "name", "value", "--token", "DB_PASSWORD", "auth", ":", "=", ">", "<", "\"", "'", "\\", "u0022", " ", "\n", "\t", "- ", "|", "[", "]", "{", "}", ",", "x", "$A", "]byte{", "://", "@"];
        var random = new Random(1);
        for (var i = 0; i < 50_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));
            Should.NotThrow(() => Redaction.Apply(text), text);
        }
    }

    // Each of these is where a pattern could go back over the whole text again and again.
    [Theory]
    [InlineData("-----BEGIN PRIVATE KEY-----")]
    [InlineData("x://a:")]
    [InlineData("\"password\":\"")]
    [InlineData("password=\\")]
    [InlineData("passwords: [")]
    [InlineData("mysql ")]
    [InlineData("MIIEabcdefghijklmnop ")]
    [InlineData("value: ")]
    [InlineData("name: password\n")]
    public void LongText_OfOneForm_IsDoneSoon(string part) => Redaction.Apply(string.Concat(Enumerable.Repeat(part, 20_000))).ShouldNotBeNull();
}
