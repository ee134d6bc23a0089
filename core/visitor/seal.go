package visitor

import (
	"crypto/subtle"
	"strings"
)

// sealed is the first line of what a seal is made of: no Purpose has it.
const sealed = "name"

// Seal gives a name as a stranger may keep it: the name, a dot, and 32 hexadecimal digits that only the key makes. The
// zero Key seals nothing, and gives the empty text.
func (k Key) Seal(name string) string {
	if k.IsZero() {
		return ""
	}
	return name + "." + k.code([]byte(sealed+"\n"+name))
}

// Open gives the name of what Seal made under this key, and of nothing else.
func (k Key) Open(text string) (name string, ok bool) {
	at := strings.LastIndexByte(text, '.')
	if k.IsZero() || at < 0 {
		return "", false
	}
	name = text[:at]
	if subtle.ConstantTimeCompare([]byte(text[at+1:]), []byte(k.code([]byte(sealed+"\n"+name)))) == 0 {
		return "", false
	}
	return name, true
}
