package memory

import (
	"context"
	"sync"

	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/ports"
)

var _ ports.Challenges = (*Challenges)(nil)

// Challenges keeps challenges in the process. The zero value is empty and ready; a value must not be
// copied after use. It holds no more than what was put within one ChallengeLife.
type Challenges struct {
	mu      sync.Mutex
	waiting map[identity.ChallengeID]identity.Challenge
	order   []identity.ChallengeID // as put, which is the order of expiry; it still names what was taken
}

// Put keeps the challenge and drops from the oldest on what has expired at its IssuedAt.
func (s *Challenges) Put(_ context.Context, challenge identity.Challenge) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.order) > 0 {
		oldest := s.waiting[s.order[0]] // what was taken is zero, and so expired
		if challenge.IssuedAt.Before(oldest.ExpiresAt) {
			break
		}
		delete(s.waiting, s.order[0])
		s.order = s.order[1:]
	}
	if s.waiting == nil {
		s.waiting = map[identity.ChallengeID]identity.Challenge{}
	}
	s.waiting[challenge.ID] = challenge
	s.order = append(s.order, challenge.ID)
	return nil
}

// Get gives the challenge, or ErrChallengeUnknown.
func (s *Challenges) Get(_ context.Context, id identity.ChallengeID) (identity.Challenge, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.get(id)
}

// Attempt counts one attempt and gives the challenge with the new count, or ErrChallengeUnknown.
func (s *Challenges) Attempt(_ context.Context, id identity.ChallengeID) (identity.Challenge, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	challenge, err := s.get(id)
	if err != nil {
		return identity.Challenge{}, err
	}
	challenge.Attempts++
	s.waiting[id] = challenge
	return challenge, nil
}

// Take removes the challenge and gives it to one caller; the others get ErrChallengeUnknown.
func (s *Challenges) Take(_ context.Context, id identity.ChallengeID) (identity.Challenge, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	challenge, err := s.get(id)
	delete(s.waiting, id)
	return challenge, err
}

// get reads under the caller's lock. A Challenge holds no reference, so what it gives is a copy.
func (s *Challenges) get(id identity.ChallengeID) (identity.Challenge, error) {
	challenge, ok := s.waiting[id]
	if !ok {
		return identity.Challenge{}, identity.ErrChallengeUnknown
	}
	return challenge, nil
}
