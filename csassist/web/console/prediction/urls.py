"""Addresses of prediction in the console, mounted at console/."""

from django.urls import path

from csassist.web.console.prediction import backtests, board, customers, models, trainings

MODEL = "models/<uuid:public_id>/"

urlpatterns = [
    path("risks/", board.board, name="console_risks"),
    path("risks/export", board.export, name="console_risks_export"),
    path("customers/<uuid:public_id>/", customers.customer_page, name="console_customer_page"),
    path("c/<uuid:public_id>/risks", customers.risks_panel, name="console_customer_risks"),
    path("models/", models.models_page, name="console_models"),
    path(MODEL, models.model_page, name="console_model"),
    path(f"{MODEL}promote", models.promote, name="console_model_promote"),
    path(f"{MODEL}roll-back", models.roll_back, name="console_model_roll_back"),
    path(f"{MODEL}freeze", models.freeze, name="console_model_freeze"),
    path(f"{MODEL}unfreeze", models.unfreeze, name="console_model_unfreeze"),
    path(f"{MODEL}backtests", backtests.ask, name="console_backtest_ask"),
    path("models/train/<slug:key>", trainings.ask, name="console_training_ask"),
    path("trainings/<uuid:public_id>/", trainings.training_page, name="console_training"),
    path("trainings/<uuid:public_id>/part", trainings.training_part, name="console_training_part"),
    path("backtests/<uuid:public_id>/", backtests.backtest_page, name="console_backtest"),
    path("backtests/<uuid:public_id>/part", backtests.backtest_part, name="console_backtest_part"),
]
