// Package device says in a word what a visitor uses, by what it says that it is.
//
// Only apps/api imports it. Its invariant: the word is one of a closed set, or empty, whatever the text is; nothing
// about pay is decided by it.
package device

import (
	"github.com/medama-io/go-useragent"
	"github.com/medama-io/go-useragent/agents"
)

// most is how many bytes of a text are read: what comes after says no more.
const most = 1024

// Of gives the word for a user agent: desktop, mobile, tablet, tv or bot. It is empty for what is none of these.
func Of(agent string) string {
	switch useragent.NewParser().Parse(agent[:min(len(agent), most)]).Device() { // made once, by the library
	case agents.DeviceDesktop:
		return "desktop"
	case agents.DeviceMobile:
		return "mobile"
	case agents.DeviceTablet:
		return "tablet"
	case agents.DeviceTV:
		return "tv"
	case agents.DeviceBot:
		return "bot"
	}
	return ""
}
