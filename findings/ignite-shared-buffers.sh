#!/usr/bin/env bash
# pytorch-ignite 0.5.5: an average of weights that copies the buffers of its model shares them with it.
# Guess: EMAHandler with handle_buffers="copy", the default, copies the buffers of the model to the average when it updates it: with
#   every=10 both are those of the last tenth step. What is done to the average does nothing to the model that is trained.
# Seen: the buffers are the model's own. The mean of a batch norm moves at each step, so between updates the average has old weights
#   with new statistics. Whoever measures them anew for the average, by torch's update_bn or reset_running_stats, resets those of the
#   model that is trained. With "update" each has its own. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 pytorch-ignite==0.5.5 numpy==2.4.6
"$folder/venv/bin/python" -W error::UserWarning - <<'PY'
import torch
from ignite.engine import Engine, Events
from ignite.handlers import EMAHandler



def trained(buffers):
    """Train 25 steps, average every ten; return the handler, the model and the average's mean and weight after each step."""
    torch.manual_seed(0)
    model = torch.nn.BatchNorm1d(1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)

    def step(engine, batch):
        optimizer.zero_grad()
        (model(torch.randn(8, 1) + 5) - 3).square().mean().backward()
        optimizer.step()

    trainer = Engine(step)
    handler = EMAHandler(model, momentum=0.5, handle_buffers=buffers)
    handler.attach(trainer, event=Events.ITERATION_COMPLETED(every=10))
    seen = []
    average = handler.ema_model
    trainer.add_event_handler(Events.ITERATION_COMPLETED, lambda engine: seen.append((average.running_mean.item(), average.bias.item())))
    trainer.run(range(25), max_epochs=1)
    return handler, model, seen


for buffers in ("copy", "update"):
    handler, model, seen = trained(buffers)
    means, biases = ([round(value, 3) for value in values] for values in zip(*seen))
    print(f"{buffers}: the average's mean after steps 10 to 15 {means[9:15]}, its bias {biases[9:15]}")
    assert len(set(biases)) == 3, "weights change at steps 10 and 20 alone"
    assert len(set(means)) == (3 if buffers == "update" else 17), "changed: buffers are copied"
    before = model.running_mean.item()
    torch.optim.swa_utils.update_bn([torch.randn(64, 1)], handler.ema_model)
    print(f"  after update_bn of the average, on other data, the mean of the trained model goes from {before:.2f} to {model.running_mean.item():.2f}")
    assert (model.running_mean.item() == before) == (buffers == "update"), "changed: the model keeps its own"
PY
