package pgtest

import (
	"context"
	"fmt"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
)

// leash ties a container to this process: a connection to the engine that carries the container's standard
// input. The kernel closes it however the process ends, and the image's start.sh ends the server then.
type leash struct {
	engine *testcontainers.DockerClient
	id     string
	conn   client.HijackedResponse
	gone   chan struct{} // closed when the container has ended
	said   *tail
}

// tie takes the leash before the container starts.
func (l *leash) tie(ctx context.Context, ctr testcontainers.Container) error {
	attached, err := l.engine.ContainerAttach(ctx, ctr.GetContainerID(), client.ContainerAttachOptions{
		Stream: true, Stdin: true, Stdout: true, Stderr: true,
	})
	if err != nil {
		return fmt.Errorf("attach to it: %w", err)
	}
	l.id, l.conn = ctr.GetContainerID(), attached.HijackedResponse
	go func() {
		_, _ = stdcopy.StdCopy(l.said, l.said, l.conn.Reader) // until the container ends
		close(l.gone)
	}()
	return nil
}

// end lets go of the leash and waits until the container is removed.
func (l *leash) end(ctx context.Context) {
	removed := l.engine.ContainerWait(ctx, l.id, client.ContainerWaitOptions{Condition: container.WaitConditionRemoved})
	_ = l.conn.CloseWrite()
	select {
	case <-removed.Result:
	case <-removed.Error: //nolint:errcheck // it is removed already, or nobody can say
	}
	l.conn.Close()
	_ = l.engine.Close()
}
