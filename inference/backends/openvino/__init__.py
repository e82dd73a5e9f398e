"""Run the model by OpenVINO on a CPU."""
