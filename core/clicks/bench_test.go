package clicks_test

import (
	"net/netip"
	"testing"

	"github.com/twist-platform/twist/core/clicks"
)

// What a verdict costs a redirect, without the limiter.
func BenchmarkJudge(b *testing.B) {
	r := ours(b)
	for name, agent := range map[string]string{
		"chrome":    chrome,
		"instagram": "Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP3A.241105.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.6778.81 Mobile Safari/537.36 Instagram 358.0.0.52.81 Android (35/15; 420dpi; 1080x2205; Google/google; Pixel 8; shiba; shiba; en_US; 664226745)",
		"crawler":   "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
	} {
		b.Run(name, func(b *testing.B) {
			v := person()
			v.UserAgent, v.Visitor, v.Address = agent, "a name of a browser", netip.MustParseAddr("2001:db8::7")
			b.ReportAllocs()
			for b.Loop() {
				if r.Judge(v, always) == clicks.Unrated {
					b.Fatal("unrated")
				}
			}
		})
	}
}
