package postgres

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/twist-platform/twist/core/attribution"
)

// visit is a click with what its visitor is known by on its day: of its link, and of its program. A click that counts no
// visitor has neither.
type visit struct {
	attribution.Click

	ofLink, ofProgram []byte
}

// byLink tells clicks apart by the links that their visitors follow, and keeps their order: in each part those of one
// visitor of a program on one day are on one link. Nearly always there is one part.
func byLink(clicks []attribution.Click) (parts [][]visit) {
	followed := map[string][][]byte{} // the links of a visitor of a program
	for _, k := range clicks {
		v, nth := visit{Click: k}, 0
		if k.Verdict == attribution.Valid && k.Visitor != "" {
			v.ofLink, v.ofProgram = visitorOf(k, k.Link), visitorOf(k, "")
			links := followed[string(v.ofProgram)]
			if nth = slices.IndexFunc(links, func(link []byte) bool { return bytes.Equal(link, v.ofLink) }); nth < 0 {
				nth = len(links)
				followed[string(v.ofProgram)] = append(links, v.ofLink)
			}
		}
		if nth == len(parts) {
			parts = append(parts, make([]visit, 0, len(clicks)>>nth))
		}
		parts[nth] = append(parts[nth], v)
	}
	return parts
}

// visitorOf is what a visitor of a day is known by: of a link, or with none of a program. The hash is of all four, so that one
// tells nothing of another, and a row is short.
func visitorOf(k attribution.Click, link attribution.LinkID) []byte {
	hash := sha256.Sum256([]byte(k.At.UTC().Format("20060102") + "\n" + string(k.Program) + "\n" + string(link) + "\n" + k.Visitor))
	return hash[:16]
}
