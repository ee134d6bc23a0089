package payouts

// How long a blockhash may be used, and how far the newest block may be ahead of the finalized one, in
// blocks. The second is generous: it only lengthens a wait.
const (
	blockhashLife = 150
	finalityLead  = 150
)

// Vouch makes a head safe to build on. A head comes from one node, which may lie, and the proof of an
// attempt's death rests on it: a life that ends too early, or a beginning that is too late, would prove
// dead what may still land. So the life lasts at least until no block that any node has seen final can be
// young enough, the beginning is no later than what every node has seen final, and both can only make a
// proof wait.
//
// It reports false unless more than half of the nodes answered from the head's own cluster: an attempt for
// another one could never be booked.
func (h Head) Vouch(sightings []Sighting) (Head, bool) {
	nodes, agree := map[string]bool{}, map[string]bool{}
	for _, s := range sightings {
		nodes[s.Node] = true
		if s.Genesis != h.Genesis || s.silent() {
			continue
		}
		agree[s.Node] = true
		h.LastValidHeight = max(h.LastValidHeight, s.FinalizedHeight+finalityLead+blockhashLife)
		h.Slot = min(h.Slot, s.FinalizedSlot)
	}
	return h, 2*len(agree) > len(nodes)
}
